namespace Cenote;

/// <summary>A snapshot of a slot, which is a pool's place for one physical connection.</summary>
public sealed record SlotInfo
{
    /// <summary>Gets the slot, from 0.</summary>
    public required int Id { get; init; }

    /// <summary>Gets the state of its connection.</summary>
    public required SlotState State { get; init; }

    /// <summary>
    /// Gets the time since the connection was opened, exact to about a second, or <see langword="null"/> for a slot
    /// without an open connection.
    /// </summary>
    public required TimeSpan? Age { get; init; }

    /// <summary>Gets how often this connection was rented.</summary>
    public required long LeaseCount { get; init; }

    /// <summary>
    /// Gets the time for which an idle connection was not rented, exact to about a second, or <see langword="null"/> in
    /// every other state.
    /// </summary>
    public required TimeSpan? IdleDuration { get; init; }

    /// <summary>
    /// Gets the lease of the connection, or <see langword="null"/> for a connection that is not leased.
    /// </summary>
    public required LeaseInfo? Lease { get; init; }
}
