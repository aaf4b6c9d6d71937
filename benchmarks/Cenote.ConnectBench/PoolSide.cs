namespace Cenote.ConnectBench;

/// <summary>Our pool.</summary>
internal sealed class PoolSide(string connectionString, int size, SessionReset clearing) : Side
{
    private readonly ConnectionPool _pool = new(
        new PostgreSqlProvider(connectionString), new ConnectionPoolOptions { MinSize = 0, MaxSize = size, SessionReset = clearing });

    internal override void Clear() => _pool.Clear();

    public override ValueTask DisposeAsync() => _pool.DisposeAsync();

    protected override async ValueTask<IAsyncDisposable> OpenAsync() => await _pool.RentAsync();
}
