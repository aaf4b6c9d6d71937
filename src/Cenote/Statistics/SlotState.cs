namespace Cenote;

/// <summary>What a slot's connection is doing.</summary>
public enum SlotState : byte
{
    /// <summary>There is no connection.</summary>
    Empty,

    /// <summary>It is being opened.</summary>
    Opening,

    /// <summary>It is ready to be lent.</summary>
    Idle,

    /// <summary>It is lent.</summary>
    Leased,

    /// <summary>It was returned, and its session is being cleared.</summary>
    Resetting,

    /// <summary>It is being validated.</summary>
    Validating,

    /// <summary>It is being closed.</summary>
    Closing,
}
