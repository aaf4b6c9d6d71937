using System.Data;
using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// A batch that runs on a <see cref="PooledConnection"/> while that is open, and never on the session of another
/// holder.
/// </summary>
internal sealed class PooledBatch(ConnectionPool pool, PooledConnection? connection, bool opensConnection) : DbBatch
{
    private readonly BatchStatement _statement = new(pool, connection, opensConnection);

    public override int Timeout
    {
        get => _statement.Timeout;
        set => _statement.Timeout = value;
    }

    protected override DbBatchCommandCollection DbBatchCommands => _statement.Batch.BatchCommands;

    protected override DbConnection? DbConnection
    {
        get => _statement.Connection;
        set => _statement.Connection = value;
    }

    protected override DbTransaction? DbTransaction
    {
        get => _statement.Transaction;
        set => _statement.Transaction = value;
    }

    protected override DbBatchCommand CreateDbBatchCommand() => _statement.Batch.CreateBatchCommand();

    public override int ExecuteNonQuery() => _statement.ExecuteNonQuery();

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) => _statement.ExecuteNonQueryAsync(cancellationToken);

    public override object? ExecuteScalar() => _statement.ExecuteScalar();

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) => _statement.ExecuteScalarAsync(cancellationToken);

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => _statement.ExecuteReader(behavior);

    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        _statement.ExecuteReaderAsync(behavior, cancellationToken);

    public override void Prepare() => _statement.Prepare();

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => _statement.PrepareAsync(cancellationToken);

    public override void Cancel() => _statement.Cancel();

    public override void Dispose()
    {
        _statement.Dispose();
        base.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await _statement.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
