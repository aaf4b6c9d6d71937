using System.Data.Common;

namespace Cenote.Shop.Database;

/// <summary>Plain ADO.NET in fewer lines.</summary>
internal static class CommandExtensions
{
    public static void Bind(this DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    public static DbCommand Command(this DbConnection connection, DbTransaction? transaction, string sql)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        return command;
    }

    public static async Task<object?> ScalarAsync(this DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(transaction: null, sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public static async Task ExecuteAsync(this DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(transaction, sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
