namespace Cenote.Shop.Pools;

/// <summary>What a pool is for.</summary>
internal enum PoolPart
{
    /// <summary>Reads and writes.</summary>
    Mixed,

    /// <summary>Writes.</summary>
    Writer,

    /// <summary>Reads.</summary>
    Readers,
}
