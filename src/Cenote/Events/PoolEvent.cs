using Cenote.Events;

namespace Cenote;

/// <summary>An event of a pool, see <see cref="ConnectionPool.GetEvents"/>.</summary>
public sealed class PoolEvent
{
    private readonly PoolEventDetails? _details;

    internal PoolEvent()
    {
    }

    internal PoolEvent(PoolEvent other)
    {
        Sequence = other.Sequence;
        Time = other.Time;
        Kind = other.Kind;
        Level = other.Level;
        Message = other.Message;
        SlotId = other.SlotId;
        CloseReason = other.CloseReason;
        _details = other._details;
    }

    /// <summary>
    /// Gets the number in the pool's history: 1 for the first, without gaps. Missing numbers are older events that the
    /// history no longer contains.
    /// </summary>
    public long Sequence { get; internal init; }

    /// <summary>Gets the time of the event.</summary>
    public DateTimeOffset Time { get; internal init; }

    /// <summary>Gets the kind of the event.</summary>
    public PoolEventKind Kind { get; internal init; }

    /// <summary>Gets the level of the event.</summary>
    public PoolEventLevel Level { get; internal init; }

    /// <summary>Gets the description of the event. It may quote the driver's message about a failure.</summary>
    public string Message { get; internal init; } = "";

    /// <summary>Gets the slot, from 0, or <see langword="null"/> for an event of the whole pool.</summary>
    public int? SlotId { get; internal init; }

    /// <summary>Gets the reason why a connection was closed, or <see langword="null"/> for other events.</summary>
    public CloseReason? CloseReason { get; internal init; }

    /// <summary>
    /// Gets the time that the caller waited or the lease was held, or <see langword="null"/> for other events.
    /// </summary>
    public TimeSpan? Duration
    {
        get => _details?.Duration;
        internal init => _details = (_details ?? new PoolEventDetails()) with { Duration = value };
    }

    /// <summary>
    /// Gets the place in the source where the lease was rented or the caller waited, or <see langword="null"/> for
    /// other events.
    /// </summary>
    public CallSite? CallSite
    {
        get => _details?.CallSite;
        internal init => _details = (_details ?? new PoolEventDetails()) with { CallSite = value };
    }

    /// <summary>Gets the operator who acted, or <see langword="null"/> for an action of the pool itself.</summary>
    public string? Actor
    {
        get => _details?.Actor;
        internal init => _details = (_details ?? new PoolEventDetails()) with { Actor = value };
    }

    /// <summary>Returns the time and the message.</summary>
    public override string ToString() => FormattableString.Invariant($"{Time:HH:mm:ss}Z {Message}");
}
