namespace Cenote;

/// <summary>The state of a slot's connection.</summary>
public enum SlotState : byte
{
    /// <summary>The slot has no connection.</summary>
    Empty,

    /// <summary>The connection is being opened.</summary>
    Opening,

    /// <summary>The connection can be rented.</summary>
    Idle,

    /// <summary>The connection is rented.</summary>
    Leased,

    /// <summary>The connection was returned, and its session is being reset.</summary>
    Resetting,

    /// <summary>The connection is being validated.</summary>
    Validating,

    /// <summary>The connection is being closed.</summary>
    Closing,
}
