using Cenote.SharedBudget.Stores;

namespace Cenote;

/// <summary>
/// The database whose connections are shared. Each instance has one connection of its own to it, which counts in the
/// budget: it counts sessions at the server, ends sessions of instances that are gone, and without Redis keeps the
/// grants.
/// </summary>
public sealed class BudgetDatabase
{
    private readonly DbProviderFactory _factory;
    private readonly string _connectionString;

    private BudgetDatabase(DbProviderFactory factory, string connectionString, DatabaseDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        (_factory, _connectionString, Dialect) = (factory, connectionString, dialect);
    }

    internal DatabaseDialect Dialect { get; }

    /// <summary>Describes a PostgreSQL database.</summary>
    /// <param name="factory">The driver's factory, such as <c>NpgsqlFactory.Instance</c>.</param>
    /// <param name="connectionString">A connection string of the user of the pools: only that user may end the sessions
    /// of an instance that is gone.</param>
    /// <exception cref="ArgumentException">The connection string is empty.</exception>
    public static BudgetDatabase PostgreSql(DbProviderFactory factory, string connectionString) => new(factory, connectionString, DatabaseDialect.PostgreSql);

    /// <summary>
    /// Describes a MySQL or MariaDB database. The server needs <c>performance_schema=ON</c>, which tells the sessions
    /// of the instances apart.
    /// </summary>
    /// <param name="factory">The driver's factory, such as <c>MySqlConnectorFactory.Instance</c>.</param>
    /// <param name="connectionString">A connection string of the user of the pools: only that user may see and end the
    /// sessions of an instance that is gone.</param>
    /// <exception cref="ArgumentException">The connection string is empty.</exception>
    public static BudgetDatabase MySql(DbProviderFactory factory, string connectionString) => new(factory, connectionString, DatabaseDialect.MySql);

    /// <summary>Returns the kind of the database, without its connection string.</summary>
    public override string ToString() => Dialect.Family;

    internal ControlConnection CreateConnection(SessionLabel label) => new(_factory, () => AddLabel(_connectionString, label, pooling: false), Dialect.BeginSession);

    /// <summary>Returns why the connection string cannot be used; quotes nothing of it.</summary>
    internal string? FindProblem()
    {
        try
        {
            AddLabel(_connectionString, new SessionLabel("budget"), pooling: false);
            return null;
        }
        catch (ArgumentException)
        {
            return "The connection string of Database cannot be read by its driver. Check its keywords.";
        }
    }

    /// <summary>Returns a connection string whose sessions the server counts as this instance's.</summary>
    internal string AddLabel(string connectionString, SessionLabel label, bool pooling)
    {
        var builder = _factory.CreateConnectionStringBuilder() ?? new DbConnectionStringBuilder();
        builder.ConnectionString = connectionString;
        builder["Application Name"] = label.AddTo(builder.TryGetValue("Application Name", out var name) ? name as string : null, Dialect.LongestLabel);
        if (!pooling)
        {
            builder["Pooling"] = false;
        }

        return builder.ConnectionString;
    }
}
