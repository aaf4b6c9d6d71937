namespace Cenote;

/// <summary>A snapshot of a slot, which is a pool's place for one physical connection.</summary>
public sealed class SlotInfo
{
    internal SlotInfo()
    {
    }

    /// <summary>Gets the slot, from 0.</summary>
    public int Id { get; internal init; }

    /// <summary>Gets the state of its connection.</summary>
    public SlotState State { get; internal init; }

    /// <summary>
    /// Gets the time since the connection was opened, exact to about a second, or <see langword="null"/> for a slot
    /// without an open connection.
    /// </summary>
    public TimeSpan? Age { get; internal init; }

    /// <summary>Gets how often this connection was rented.</summary>
    public long LeaseCount { get; internal init; }

    /// <summary>
    /// Gets the time for which an idle connection was not rented, exact to about a second, or <see langword="null"/> in
    /// every other state.
    /// </summary>
    public TimeSpan? IdleDuration { get; internal init; }

    /// <summary>
    /// Gets the lease of the connection, or <see langword="null"/> for a connection that is not leased.
    /// </summary>
    public LeaseInfo? Lease { get; internal init; }
}
