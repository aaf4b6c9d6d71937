namespace Cenote.Sizing;

/// <summary>The capacity at one moment.</summary>
internal readonly record struct CapacityView(int MinSize, int MaxSize, int Limit, int Total, int Opening, long Grown, long Shrunk);
