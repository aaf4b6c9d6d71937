namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// Rent and return of a lease, awaited. One async method holds the whole loop: its state machine is made once.
/// </summary>
internal sealed class AsyncLeaseCycle(SettledPool pool) : ICycle
{
    public void Run(int worker, int count) => RunAsync(count).GetAwaiter().GetResult();

    public void Dispose() => pool.Rest();

    private async Task RunAsync(int count)
    {
        var target = pool.Pool;
        for (var i = 0; i < count; i++)
        {
            var lease = await target.RentAsync();
            await lease.DisposeAsync();
        }
    }
}
