namespace Cenote;

/// <summary>The scope of the reset of a session between one lease and the next.</summary>
public enum ResetMode
{
    /// <summary>Everything is reset: the next lease never sees changes that a lease made to its session.</summary>
    Full,

    /// <summary>Only an open transaction is rolled back. Settings, temporary tables and locks survive.</summary>
    Rollback,

    /// <summary>Nothing is sent. For sessions that no lease changes.</summary>
    None,
}
