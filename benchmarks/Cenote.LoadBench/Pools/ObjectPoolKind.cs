using Cenote.LoadBench.Sides;
using Microsoft.Extensions.ObjectPool;

namespace Cenote.LoadBench.Pools;

internal sealed class ObjectPoolKind() : PoolKind<ObjectPoolSide, object>("ObjectPool", Settings.Stub)
{
    internal override bool HasQueue => false;

    internal override string Footnote => "no limit and no queue: each caller that finds no object creates one";

    internal override Task<PeerPool<ObjectPoolSide>> CreateAsync(int size)
    {
        var pool = new DefaultObjectPool<object>(new DefaultPooledObjectPolicy<object>(), size);
        return Task.FromResult(new PeerPool<ObjectPoolSide>(new ObjectPoolSide(pool), static () => 0, static () => { }));
    }

    internal override Task<PeerPool<ObjectPoolSide>> CreateColdAsync(int minSize, int maxSize, TimeSpan openTime) => throw new NotSupportedException();
}
