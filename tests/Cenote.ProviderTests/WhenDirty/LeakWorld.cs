namespace Cenote.ProviderTests.WhenDirty;

/// <summary>A database for leases of random statements: its grammar, and the observables of a session.</summary>
internal abstract class LeakWorld : IAsyncDisposable
{
    /// <summary>The statements that leave a session as it was.</summary>
    internal abstract IReadOnlyList<string> Clean { get; }

    /// <summary>The statements that change their session, or fail.</summary>
    internal abstract IReadOnlyList<string> Dirty { get; }

    /// <summary>The ways to hide a dirty statement in a text, with {0} for it.</summary>
    internal abstract IReadOnlyList<string> Disguises { get; }

    /// <summary>What <see cref="ObserveDirtilyAsync"/> returns for a fresh session.</summary>
    internal abstract string NothingPrepared { get; }

    /// <summary>Whether clean leases are not reset here.</summary>
    internal virtual bool SavesResets => true;

    internal abstract ConnectionPool NewPool();

    /// <summary>Returns all that a session shows, by statements that leave it as it is.</summary>
    internal abstract Task<string> ObserveAsync(PooledConnection connection);

    /// <summary>Returns what only failing statements show.</summary>
    internal virtual Task<string> ObserveDirtilyAsync(PooledConnection connection) => Task.FromResult("");

    public abstract ValueTask DisposeAsync();

    /// <summary>Runs a statement, and returns its result or its failure.</summary>
    protected static async Task<string> TryAsync(PooledConnection connection, string text)
    {
        try
        {
            return $"{await connection.ScalarAsync(text)}";
        }
        catch (DbException exception)
        {
            return exception.SqlState ?? exception.GetType().Name;
        }
    }
}
