namespace Cenote;

/// <summary>One lease as it was when somebody asked: who holds which connection, since when, from where.</summary>
public sealed record LeaseInfo
{
    /// <summary>
    /// A text that names this lease among all that the pool has ever given, such as <c>3-17</c>: the 17th of slot 3.
    /// </summary>
    public string Id => FormattableString.Invariant($"{SlotId}-{Number}");

    /// <summary>The slot of the pool, from 0.</summary>
    public required int SlotId { get; init; }

    /// <summary>How long the connection was held; exact to about a second.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>When it was rented; exact to about a second.</summary>
    public required DateTimeOffset RentedAt { get; init; }

    /// <summary>Where in the source it was rented.</summary>
    public required CallSite CallSite { get; init; }

    /// <summary>Whether it was reported as held for longer than <see cref="LeakDetectionOptions.Threshold"/>.</summary>
    public required bool IsSuspectedLeak { get; init; }

    /// <summary>
    /// Thread, task and stack of the rent; <see langword="null"/> unless this rent was sampled
    /// (<see cref="LeakDetectionOptions.StackSamplingInterval"/>).
    /// </summary>
    public required LeaseOrigin? Origin { get; init; }

    /// <summary>Which lease of the slot it is, from 1.</summary>
    internal long Number { get; init; }

    /// <summary>The lease itself.</summary>
    internal ConnectionLease Lease { get; init; }

    /// <summary>When it was rented, in milliseconds of the pool's clock.</summary>
    internal long RentedAtMilliseconds { get; init; }

    /// <summary>
    /// Slot, call site and age in words, such as <c>slot 3: OrderRepository.cs:87 (LoadAsync), held 12.0 s, suspected
    /// leak</c>.
    /// </summary>
    public override string ToString() => FormattableString.Invariant(
        $"slot {SlotId}: {CallSite}, held {Age.TotalSeconds:F1} s{(IsSuspectedLeak ? ", suspected leak" : "")}{(Origin is null ? "" : $", thread {Origin.ThreadId}")}");
}
