namespace Cenote;

/// <summary>The moments at which SQLite waits for the disk: <c>PRAGMA synchronous</c>.</summary>
public enum SqliteSynchronous
{
    /// <summary>SQLite never waits. A power failure may corrupt the database.</summary>
    Off = 0,

    /// <summary>
    /// SQLite waits at checkpoints. With write-ahead logging the database stays sound, but a power failure may lose the
    /// last commits.
    /// </summary>
    Normal = 1,

    /// <summary>SQLite waits at every commit. Commits are not lost.</summary>
    Full = 2,

    /// <summary>SQLite waits at every commit, and for the directory too after a rollback journal was deleted.</summary>
    Extra = 3,
}
