using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// The part of an ambient transaction that runs on one session, from its beginning to its end. Created by
/// <see cref="PhysicalConnection.BeginBranch"/>, and used for one transaction.
/// </summary>
/// <remarks>
/// The pool calls one member at a time, on the thread that ends the transaction: the caller's, or a timer's when the
/// transaction times out. In the latter case, the holder may be inside a call of the driver, and the member should
/// throw. After an exception of any member but <see cref="Commit"/> and <see cref="Prepare"/> the session is closed,
/// which rolls back.
/// </remarks>
public abstract class TransactionBranch : IDisposable
{
    /// <summary>
    /// Gets the name of the prepared branch at the server, for messages; <see langword="null"/> when it has none.
    /// </summary>
    public virtual string? Name => null;

    /// <summary>Commits work that was not prepared. Throws when it is not, or perhaps not, committed.</summary>
    public abstract void Commit();

    /// <summary>Rolls back work that was not prepared.</summary>
    public abstract void Rollback();

    /// <summary>
    /// Ends the work so that both a commit and a rollback are possible, even after the session is lost.
    /// </summary>
    /// <exception cref="NotSupportedException">The session cannot do that.</exception>
    /// <exception cref="DbException">The server refused. <see cref="Rollback"/> follows.</exception>
    public virtual void Prepare() => throw new NotSupportedException("This session cannot prepare a transaction.");

    /// <summary>Commits prepared work.</summary>
    public virtual void CommitPrepared() => throw new NotSupportedException("This session cannot prepare a transaction.");

    /// <summary>Rolls back prepared work.</summary>
    public virtual void RollbackPrepared() => throw new NotSupportedException("This session cannot prepare a transaction.");

    /// <summary>Releases the branch. Called once, at its end. The session may be lost, or in use by another.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    /// <param name="disposing"><see langword="true"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
