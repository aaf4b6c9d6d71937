namespace Cenote;

/// <summary>What a sizing policy sees of a pool at one moment.</summary>
public readonly record struct SizingObservation
{
    /// <summary>Time since the pool was constructed.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Connections lent to callers.</summary>
    public required int Leased { get; init; }

    /// <summary>Callers queued for a connection.</summary>
    public required int Waiting { get; init; }

    /// <summary>Open connections, in whatever state.</summary>
    public required int Total { get; init; }

    /// <summary>The size in force: no more than this many connections are open.</summary>
    public required int Limit { get; init; }

    /// <summary>The smallest size allowed.</summary>
    public required int MinSize { get; init; }

    /// <summary>The largest size allowed.</summary>
    public required int MaxSize { get; init; }
}
