namespace Cenote;

/// <summary>The part that resets a session after its lease: the pool or the driver.</summary>
public enum SessionReset
{
    /// <summary>
    /// The driver's pooling is off, and the pool resets the session itself, off the caller's path where that takes a
    /// round trip.
    /// </summary>
    ByPool,

    /// <summary>
    /// The driver keeps a pool of exactly one connection under each slot and resets the session in its own way.
    /// </summary>
    ByDriver,
}
