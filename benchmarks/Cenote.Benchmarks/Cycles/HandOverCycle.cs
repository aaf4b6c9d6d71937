using Cenote.StubDriver;

namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// A rent that waits for a return: each thread asks its own pool of one connection for the one that it holds, and then
/// returns that.
/// </summary>
internal sealed class HandOverCycle : ICycle
{
    private readonly ConnectionPool[] _pools = [.. Enumerable.Range(0, Pools.Size).Select(static number =>
        new ConnectionPoolBuilder().WithSize(1, 1).WithResetMode(ResetMode.None).WithName($"hand-over {number}").UseProvider(new StubProvider(new StubDatabase())).Build())];

    public void Run(int worker, int count) => RunAsync(_pools[worker], count).GetAwaiter().GetResult();

    public void Dispose() => Array.ForEach(_pools, static pool => pool.Dispose());

    private static async Task RunAsync(ConnectionPool pool, int count)
    {
        var held = await pool.RentAsync();
        for (var i = 0; i < count; i++)
        {
            var waiting = pool.RentAsync();
            held.Dispose();
            held = await waiting;
        }

        held.Dispose();
    }
}
