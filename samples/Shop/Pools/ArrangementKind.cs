namespace Cenote.Shop.Pools;

/// <summary>How reads and writes come to their connections.</summary>
internal enum ArrangementKind
{
    /// <summary>From one pool.</summary>
    Mixed,

    /// <summary>Writes from a pool of one, reads from another pool.</summary>
    Split,
}
