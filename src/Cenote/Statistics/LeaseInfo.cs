namespace Cenote;

/// <summary>A snapshot of a lease: its connection, age and call site.</summary>
public sealed class LeaseInfo
{
    internal LeaseInfo()
    {
    }

    internal LeaseInfo(LeaseInfo other)
    {
        SlotId = other.SlotId;
        Age = other.Age;
        RentedAt = other.RentedAt;
        CallSite = other.CallSite;
        IsSuspectedLeak = other.IsSuspectedLeak;
        IsEnlisted = other.IsEnlisted;
        Origin = other.Origin;
        Session = other.Session;
        Number = other.Number;
        Lease = other.Lease;
        RentedAtMilliseconds = other.RentedAtMilliseconds;
    }

    /// <summary>
    /// Gets the unique id of this lease in its pool, such as <c>3-17</c> for the 17th lease of slot 3.
    /// </summary>
    public string Id => FormattableString.Invariant($"{SlotId}-{Number}");

    /// <summary>Gets the slot of the pool, from 0.</summary>
    public int SlotId { get; internal init; }

    /// <summary>Gets the time since the rent, exact to about a second.</summary>
    public TimeSpan Age { get; internal init; }

    /// <summary>Gets the time of the rent, exact to about a second.</summary>
    public DateTimeOffset RentedAt { get; internal init; }

    /// <summary>Gets the place in the source of the rent.</summary>
    public CallSite CallSite { get; internal init; }

    /// <summary>
    /// Gets whether the lease was reported as held longer than <see cref="LeakDetectionOptions.Threshold"/>.
    /// </summary>
    public bool IsSuspectedLeak { get; internal init; }

    /// <summary>
    /// Gets whether the connection takes part in an ambient transaction. The lease then lasts until the transaction
    /// ends, also after its holder has closed the connection, and is not a leak until then.
    /// </summary>
    public bool IsEnlisted { get; internal init; }

    /// <summary>
    /// Gets thread, task and stack of the rent, or <see langword="null"/> for a rent that was not sampled
    /// (<see cref="LeakDetectionOptions.StackSamplingInterval"/>).
    /// </summary>
    public LeaseOrigin? Origin { get; internal init; }

    /// <summary>
    /// Gets what the server reported about the session of the lease, at most half a minute ago, because the pool was
    /// saturated or the lease long; <see langword="null"/> otherwise. See
    /// <see cref="ConnectionPoolOptions.ServerDiagnosis"/>.
    /// </summary>
    public SessionActivity? Session { get; internal set; }

    /// <summary>Gets the number of the lease in its slot, from 1.</summary>
    internal long Number { get; init; }

    /// <summary>Gets the lease.</summary>
    internal ConnectionLease Lease { get; init; }

    /// <summary>Gets the time of the rent, in milliseconds of the pool's clock.</summary>
    internal long RentedAtMilliseconds { get; init; }

    /// <summary>
    /// Returns slot, call site and age as text, such as <c>slot 3: OrderRepository.cs:87 (LoadAsync), held 12.0 s,
    /// suspected leak</c>.
    /// </summary>
    public override string ToString() => FormattableString.Invariant(
        $"slot {SlotId}: {CallSite}, held {Age.TotalSeconds:F1} s{(IsSuspectedLeak ? ", suspected leak" : "")}{(IsEnlisted ? ", in an ambient transaction" : "")}{(Origin is null ? "" : $", thread {Origin.ThreadId}")}{(Session is null ? "" : $", {Session}")}");
}
