namespace Cenote;

/// <summary>The moments at which SQLite waits for the disk: <c>PRAGMA synchronous</c>.</summary>
public enum SqliteSynchronous
{
    /// <summary>Never. A power failure may corrupt the database.</summary>
    Off = 0,

    /// <summary>
    /// At checkpoints. With write-ahead logging the database stays sound, but a power failure may lose the last
    /// commits.
    /// </summary>
    Normal = 1,

    /// <summary>At every commit. Nothing committed is lost.</summary>
    Full = 2,

    /// <summary>At every commit, and for the directory too after a rollback journal was deleted.</summary>
    Extra = 3,
}
