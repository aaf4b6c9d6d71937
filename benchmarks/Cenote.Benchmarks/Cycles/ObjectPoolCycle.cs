using Microsoft.Extensions.ObjectPool;

namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// Get and return of <see cref="ObjectPool{T}"/>, which neither limits nor queues nor knows who holds what.
/// </summary>
internal sealed class ObjectPoolCycle : ICycle
{
    private readonly ObjectPool<object> _pool = new DefaultObjectPool<object>(new DefaultPooledObjectPolicy<object>(), Pools.Size);

    public void Run(int worker, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _pool.Return(_pool.Get());
        }
    }

    public void Dispose()
    {
    }
}
