namespace Cenote;

/// <summary>The kinds of changes in a set.</summary>
public enum TopologyChangeKind
{
    /// <summary>A replica gets reads: it is new, or recovered.</summary>
    ReplicaJoined,

    /// <summary>A replica was evicted: it gets no more reads.</summary>
    ReplicaEvicted,

    /// <summary>A server has become the primary: the first one found, or another one after a failover.</summary>
    PrimaryChanged,

    /// <summary>The primary does not answer, and no other server takes writes.</summary>
    PrimaryLost,

    /// <summary>The primary that did not answer recovered, and is still the primary.</summary>
    PrimaryRecovered,

    /// <summary>A server takes writes, but another one is the primary.</summary>
    ConflictingPrimaryFound,

    /// <summary>A server answers and cannot be used.</summary>
    ServerUnsuitable,

    /// <summary>The address of a server leads to multiple servers. Reported once for each address.</summary>
    MultipleServersFound,
}
