namespace Cenote;

/// <summary>The part that clears a session after its lease: the pool or the driver.</summary>
public enum SessionReset
{
    /// <summary>
    /// The driver's pooling is off, and the pool clears the session itself, off the caller's path where that takes a
    /// round trip.
    /// </summary>
    ByPool,

    /// <summary>
    /// The driver keeps a pool of exactly one connection under each slot and clears the session in its own way.
    /// </summary>
    ByDriver,
}
