namespace Cenote.Shop.Pools;

/// <summary>Which pools the clients of a run work through.</summary>
internal enum PoolPlan
{
    /// <summary>One pool for reads and writes.</summary>
    Mixed,

    /// <summary>A pool of one connection that writes, and one of connections that only read.</summary>
    Split,

    /// <summary>Both of them, in turns.</summary>
    Compare,
}
