using Cenote.LoadBench.Sides;

namespace Cenote.LoadBench.Pools;

/// <summary>A way to make a pool of one kind.</summary>
internal abstract class PoolKind<TSide, T>(string name, string setting)
    where TSide : struct, IPeerSide<T>
{
    internal string Name { get; } = name;

    /// <summary>Gets what the pool's connections are made by: a stub or a real driver.</summary>
    internal string Setting { get; } = setting;

    /// <summary>Gets whether callers wait when all connections are leased.</summary>
    internal virtual bool HasQueue => true;

    /// <summary>Gets whether connections are opened when callers need them.</summary>
    internal virtual bool Grows => HasQueue;

    /// <summary>Gets what the pool cannot do.</summary>
    internal virtual string? Footnote => null;

    /// <summary>Creates a pool whose connections are all open.</summary>
    internal abstract Task<PeerPool<TSide>> CreateAsync(int size);

    /// <summary>Creates a pool without connections that opens more when callers need them.</summary>
    /// <param name="minSize">The size that a pool with such a setting keeps.</param>
    /// <param name="maxSize">The limit.</param>
    /// <param name="openTime">How long an open takes.</param>
    internal abstract Task<PeerPool<TSide>> CreateColdAsync(int minSize, int maxSize, TimeSpan openTime);

    /// <summary>Rents a number of connections at once and returns them, so that they are open.</summary>
    protected static async Task FillAsync(TSide side, int size)
    {
        T[] items = await Task.WhenAll(Enumerable.Range(0, size).Select(_ => side.RentAsync().AsTask()));
        Array.ForEach(items, side.Return);
    }
}
