namespace Cenote.Benchmarks.Cycles;

/// <summary>Open and dispose of a <see cref="PooledConnection"/>, awaited.</summary>
internal sealed class AsyncPooledConnectionCycle(SettledPool pool) : ICycle
{
    public void Run(int worker, int count) => RunAsync(count).GetAwaiter().GetResult();

    public void Dispose() => pool.Rest();

    private async Task RunAsync(int count)
    {
        var target = pool.Pool;
        for (var i = 0; i < count; i++)
        {
            var connection = await target.OpenConnectionAsync();
            await connection.DisposeAsync();
        }
    }
}
