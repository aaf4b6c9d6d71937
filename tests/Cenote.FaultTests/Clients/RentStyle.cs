namespace Cenote.FaultTests.Clients;

/// <summary>How a client asks for its connection.</summary>
internal enum RentStyle
{
    /// <summary>The driver's own connection in a lease, asynchronously.</summary>
    Lease,

    /// <summary>A <see cref="PooledConnection"/>, asynchronously, with a transaction that writes.</summary>
    Pooled,

    /// <summary>A lease, blocking a thread of its own all the time.</summary>
    Blocking,

    /// <summary>A lease, asynchronously, by a caller that often gives up long before its deadline.</summary>
    Impatient,
}
