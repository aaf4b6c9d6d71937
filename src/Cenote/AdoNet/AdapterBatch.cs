using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// A batch of an adapter's rows. The adapter uses one command for all rows, so each row is a copy.
/// </summary>
internal sealed class AdapterBatch(DbProviderFactory driver) : IDisposable
{
    // MySqlConnector 2.6.2 counts only for a whole batch, and returns 0 for each command. The sum does not distinguish
    // two rows that matched 2 and 0 from two rows that matched 1 each, so its rows are sent one by one. Its batches are
    // not transactions either.
    private readonly bool _countsEach = driver.GetType().FullName != "MySqlConnector.MySqlConnectorFactory";
    private readonly List<DbBatchCommand> _rows = [];
    private DbBatch? _batch;
    private int[]? _counts;

    internal DbBatchCommand this[int index] => _rows[index];

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

        _rows.Add(row);
        return _rows.Count - 1;
    }

    internal int Execute()
    {
        if (_batch is not { } batch)
        {
            return 0;
        }

        if (_countsEach)
        {
            return Send(batch, _rows);
        }

        _counts = new int[_rows.Count];
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] = Send(batch, [_rows[i]]);
        }

        return _counts.Sum();
    }

    internal int AffectedBy(int index) => _counts?[index] ?? this[index].RecordsAffected;

    // The next rows may belong to a command on another connection or in another transaction.
    internal void Clear() => Dispose();

    public void Dispose()
    {
        _batch?.Dispose();
        _batch = null;
        _rows.Clear();
        _counts = null;
    }

    private static int Send(DbBatch batch, List<DbBatchCommand> rows)
    {
        batch.BatchCommands.Clear();
        foreach (var row in rows)
        {
            batch.BatchCommands.Add(row);
        }

        return batch.ExecuteNonQuery();
    }

    private static DbBatch Begin(DbCommand command)
    {
        var connection = command.Connection ?? throw new InvalidOperationException("The command of the adapter has no connection. Set its Connection first.");
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

        var copy = driver.CreateParameter() ?? throw new NotSupportedException($"{driver.GetType()} does not create parameters. Use another driver for adapters.");
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
