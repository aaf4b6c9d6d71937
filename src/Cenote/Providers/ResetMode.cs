namespace Cenote;

/// <summary>What the pool clears from a session between one lease and the next.</summary>
public enum ResetMode
{
    /// <summary>Everything: what one lease does to its session, the next never sees.</summary>
    Full,

    /// <summary>Only an open transaction is rolled back. Settings, temporary tables and locks survive.</summary>
    Rollback,

    /// <summary>Nothing is sent. For sessions that no lease changes.</summary>
    None,
}
