namespace Cenote.Benchmarks.Cycles;

/// <summary>Rent and return of a lease.</summary>
internal sealed class LeaseCycle(SettledPool pool) : ICycle
{
    public void Run(int worker, int count)
    {
        var target = pool.Pool;
        for (var i = 0; i < count; i++)
        {
            target.Rent().Dispose();
        }
    }

    public void Dispose() => pool.Rest();
}
