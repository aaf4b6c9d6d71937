namespace Cenote.StubDriver;

/// <summary>The calls of a driver that a script can bend.</summary>
public enum StubCall
{
    /// <summary>Connecting.</summary>
    Open,

    /// <summary>Clearing the session after a lease.</summary>
    Clear,

    /// <summary>Proving that the session answers.</summary>
    Validate,

    /// <summary>Ending the session.</summary>
    Close,

    /// <summary>Re-opening the kept object at the start of a lease (driver's reset only).</summary>
    BeginLease,

    /// <summary>Asking the driver whether the session is alive; a failing step means it is not.</summary>
    IsUsable,

    /// <summary>Running a command.</summary>
    Execute,

    /// <summary>Asking the server to end a command.</summary>
    Cancel,

    /// <summary>Committing a transaction.</summary>
    Commit,

    /// <summary>Asking the server for its part and its position.</summary>
    Status,
}
