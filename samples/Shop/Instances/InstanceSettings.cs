using System.Data.Common;
using Cenote.Shop.Database;
using MySqlConnector;
using Npgsql;

namespace Cenote.Shop.Instances;

/// <summary>
/// What an instance is told on its first line: not as arguments, which every user of the machine sees.
/// </summary>
internal sealed record InstanceSettings
{
    public required string Name { get; init; }

    public required ShopProvider Provider { get; init; }

    public required string Connection { get; init; }

    /// <summary>The address of Redis; <see langword="null"/> for a table of the database.</summary>
    public string? Redis { get; init; }

    public required int MaxConnections { get; init; }

    public required int Instances { get; init; }

    public int? GuaranteedConnections { get; init; }

    /// <summary>Returns the settings with a name by which the server lists the sessions of all instances.</summary>
    public InstanceSettings WithName(string name)
    {
        DbConnectionStringBuilder builder = Provider == ShopProvider.MySql ? new MySqlConnectionStringBuilder(Connection) : new NpgsqlConnectionStringBuilder(Connection);
        builder["Application Name"] = name;
        return this with { Name = name, Connection = builder.ConnectionString };
    }

    public BudgetDatabase CreateBudgetDatabase() => Provider == ShopProvider.MySql
        ? BudgetDatabase.MySql(MySqlConnectorFactory.Instance, Connection)
        : BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, Connection);
}
