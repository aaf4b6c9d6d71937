namespace Cenote;

/// <summary>Something that happened in a pool, see <see cref="ConnectionPool.GetEvents"/>.</summary>
public sealed record PoolEvent
{
    /// <summary>
    /// Its number in the pool's history: 1 for the first, without gaps. Where numbers are missing, older events were
    /// forgotten.
    /// </summary>
    public required long Sequence { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What happened.</summary>
    public required PoolEventKind Kind { get; init; }

    /// <summary>How much it matters.</summary>
    public required PoolEventLevel Level { get; init; }

    /// <summary>The event in words. May quote what the driver said of a failure.</summary>
    public required string Message { get; init; }

    /// <summary>The slot that it is about, from 0; <see langword="null"/> for the pool as a whole.</summary>
    public int? SlotId { get; init; }

    /// <summary>Why a connection was closed; <see langword="null"/> for other events.</summary>
    public CloseReason? CloseReason { get; init; }

    /// <summary>How long the caller waited, or the lease was held; <see langword="null"/> for other events.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>
    /// Where in the source the lease was rented, or the caller waited; <see langword="null"/> for other events.
    /// </summary>
    public CallSite? CallSite { get; init; }

    /// <summary>Who did it; <see langword="null"/> for what the pool did itself.</summary>
    public string? Actor { get; init; }

    /// <summary>Time and message.</summary>
    public override string ToString() => FormattableString.Invariant($"{Time:HH:mm:ss}Z {Message}");
}
