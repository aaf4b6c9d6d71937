namespace Cenote.Leasing;

/// <summary>What a slot's connection is doing.</summary>
internal enum SlotState : byte
{
    /// <summary>No connection.</summary>
    Empty,

    /// <summary>Being opened by <see cref="Connections.ConnectionOpener"/>.</summary>
    Opening,

    /// <summary>Free for anyone: the only state that any thread may claim, by compare-and-swap.</summary>
    Idle,

    /// <summary>Lent; the ticket of the lease is the slot's word.</summary>
    Leased,

    /// <summary>Returned, its session being cleared.</summary>
    Resetting,

    /// <summary>Being validated.</summary>
    Validating,

    /// <summary>Being closed.</summary>
    Closing,
}
