using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>The rows of an adapter on their way to the database together. The adapter uses one command for all of them, so each row is a copy.</summary>
internal sealed class AdapterBatch(DbProviderFactory driver) : IDisposable
{
    private DbBatch? _batch;
    private int _affected;

    internal DbBatchCommand this[int index] => _batch!.BatchCommands[index];

    internal int Add(DbCommand command)
    {
        _batch ??= Begin(command);
        var row = _batch.CreateBatchCommand();
        row.CommandText = command.CommandText;
        row.CommandType = command.CommandType;
        foreach (DbParameter parameter in command.Parameters)
        {
            row.Parameters.Add(Copy(parameter));
        }

        _batch.BatchCommands.Add(row);
        return _batch.BatchCommands.Count - 1;
    }

    internal int Execute() => _affected = _batch?.ExecuteNonQuery() ?? 0;

    // MySqlConnector 2.6.2 counts for the whole batch only: each of its commands says 0. Where the sum is not as expected, the row is not known, and none counts.
    internal int AffectedBy(int index) =>
        _affected == _batch!.BatchCommands.Count && _batch.BatchCommands.All(static row => row.RecordsAffected <= 0) ? 1 : this[index].RecordsAffected;

    // The next rows may be of a command on another connection or in another transaction.
    internal void Clear() => Dispose();

    public void Dispose()
    {
        _batch?.Dispose();
        _batch = null;
    }

    private static DbBatch Begin(DbCommand command)
    {
        var connection = command.Connection ?? throw new InvalidOperationException("The command of the adapter has no connection: set its Connection first.");
        var batch = connection.CreateBatch();
        batch.Transaction = command.Transaction;
        batch.Timeout = command.CommandTimeout;
        return batch;
    }

    private DbParameter Copy(DbParameter parameter)
    {
        if (parameter is ICloneable cloneable)
        {
            return (DbParameter)cloneable.Clone();
        }

        var copy = driver.CreateParameter() ?? throw new NotSupportedException($"{driver.GetType()} makes no parameters.");
        copy.ParameterName = parameter.ParameterName;
        copy.DbType = parameter.DbType;
        copy.Direction = parameter.Direction;
        copy.IsNullable = parameter.IsNullable;
        copy.Precision = parameter.Precision;
        copy.Scale = parameter.Scale;
        copy.Size = parameter.Size;
        copy.Value = parameter.Value;
        return copy;
    }
}
