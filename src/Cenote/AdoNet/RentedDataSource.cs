using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>A data source of a pool's connections. Disposing of it does not close the pool.</summary>
internal sealed class RentedDataSource(Func<ConnectionPool> home, Func<PooledConnection> createConnection) : DbDataSource
{
    private volatile bool _isDisposed;

    public override string ConnectionString => home().ConnectionString;

    protected override DbConnection CreateDbConnection()
    {
        ThrowIfDisposed();
        return createConnection();
    }

    protected override DbCommand CreateDbCommand(string? commandText = null)
    {
        ThrowIfDisposed();
        return new PooledCommand(home(), createConnection(), opensConnection: true) { CommandText = commandText };
    }

    protected override DbBatch CreateDbBatch()
    {
        ThrowIfDisposed();
        return new PooledBatch(home(), createConnection(), opensConnection: true);
    }

    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }

    protected override ValueTask DisposeAsyncCore()
    {
        _isDisposed = true;
        return base.DisposeAsyncCore();
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);
}
