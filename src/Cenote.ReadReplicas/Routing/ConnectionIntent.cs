namespace Cenote;

/// <summary>What a connection is wanted for.</summary>
public enum ConnectionIntent
{
    /// <summary>
    /// For writing, or for reads that must not be stale: the primary. The default.
    /// </summary>
    Write,

    /// <summary>For reading: a replica.</summary>
    Read,
}
