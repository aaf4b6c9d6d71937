namespace Cenote.Providers;

/// <summary>What a server is in its replication.</summary>
public enum ServerRole
{
    /// <summary>It could not be told.</summary>
    Unknown,

    /// <summary>It takes writes.</summary>
    Primary,

    /// <summary>It follows a primary and only reads.</summary>
    Replica,
}
