namespace Cenote;

/// <summary>One slot of a pool as it was when somebody asked: the pool's place for one physical connection.</summary>
public sealed record SlotInfo
{
    /// <summary>The slot, from 0.</summary>
    public required int Id { get; init; }

    /// <summary>What its connection is doing.</summary>
    public required SlotState State { get; init; }

    /// <summary>
    /// How long ago the connection was opened; exact to about a second. <see langword="null"/> when there is none yet
    /// or no longer.
    /// </summary>
    public required TimeSpan? Age { get; init; }

    /// <summary>How often this connection has been lent.</summary>
    public required long LeaseCount { get; init; }

    /// <summary>
    /// For how long an idle connection has not been lent; exact to about a second. <see langword="null"/> in every
    /// other state.
    /// </summary>
    public required TimeSpan? IdleDuration { get; init; }

    /// <summary>Who holds it; <see langword="null"/> when nobody does.</summary>
    public required LeaseInfo? Lease { get; init; }
}
