namespace Cenote.Sizing;

/// <summary>The capacity at one moment.</summary>
internal readonly record struct CapacityView(int MinSize, int MaxSize, int MinIdle, int Limit, int Total, int Opening, long Grown, long Shrunk, long Refusals)
{
    /// <inheritdoc cref="Capacity.SmallestLimit"/>
    internal int SmallestLimit => Capacity.SmallestLimitOf(MinSize, MaxSize, MinIdle);
}
