namespace Cenote.Benchmarks.Cycles;

/// <summary>Open and dispose of a <see cref="PooledConnection"/>.</summary>
internal sealed class PooledConnectionCycle(SettledPool pool) : ICycle
{
    public void Run(int worker, int count)
    {
        var target = pool.Pool;
        for (var i = 0; i < count; i++)
        {
            target.OpenConnection().Dispose();
        }
    }

    public void Dispose() => pool.Rest();
}
