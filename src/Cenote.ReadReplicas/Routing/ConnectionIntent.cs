namespace Cenote;

/// <summary>What a connection is wanted for.</summary>
public enum ConnectionIntent
{
    /// <summary>
    /// For writing, or for reading what must not be a moment old: the primary. What is meant when nobody says.
    /// </summary>
    Write,

    /// <summary>For reading: a replica.</summary>
    Read,
}
