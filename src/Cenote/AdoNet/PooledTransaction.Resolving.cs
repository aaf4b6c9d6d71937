using System.Runtime.CompilerServices;
using Cenote.Execution;
using Cenote.Providers;

namespace Cenote.AdoNet;

// A commit whose outcome is found out when the server does not answer it.
internal sealed partial class PooledTransaction
{
    // The keys of the sessions' rows in the commit table. Few sessions have one.
    private static readonly ConditionalWeakTable<PhysicalConnection, object> Sessions = [];

    private void CommitResolved(WorkProgress progress, CommitResolver resolver)
    {
        var commit = Identify(resolver);
        try
        {
            End(commits: true);
        }
        catch (Exception exception) when (progress.IsCommitUnanswered(_connection.Pool))
        {
            // The rare case may take a thread of the pool beside the one that blocks.
            if (!Task.Run(() => FindOutAsync(progress, resolver, commit, exception)).GetAwaiter().GetResult())
            {
                throw;
            }
        }
    }

    private async Task CommitResolvedAsync(WorkProgress progress, CommitResolver resolver, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var commit = await IdentifyAsync(resolver, cancellationToken).ConfigureAwait(false);
        try
        {
            await EndAsync(commits: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (progress.IsCommitUnanswered(_connection.Pool))
        {
            if (!await FindOutAsync(progress, resolver, commit, exception).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    /// <summary>
    /// Returns the lease, so that the search does not wait for a connection while it holds one, and finds out what
    /// became of the commit.
    /// </summary>
    /// <returns>Whether it was committed.</returns>
    private async Task<bool> FindOutAsync(WorkProgress progress, CommitResolver resolver, object? commit, Exception failure)
    {
        // The driver must not roll back: its session may hang, and the transaction is over for it either way.
        Interlocked.Exchange(ref _transaction, null);
        _connection.Work.Forget(this);
        _lease.Slot?.RetireOnReturn(_lease.Ticket, CloseReason.ConnectionLost);
        await _connection.CloseIfHoldingAsync(in _lease).ConfigureAwait(false);
        switch (await resolver.ResolveAsync(commit).ConfigureAwait(false))
        {
            case CommitOutcome.Committed:
                progress.RecordSuccess(this);
                return true;
            case CommitOutcome.RolledBack:
                progress.RecordRolledBack(failure);
                return false;
            default:
                return false;
        }
    }

    private object? Identify(CommitResolver resolver)
    {
        var transaction = Enter();
        try
        {
            return resolver.Reader.IdentifyCommit(transaction, NewMark());
        }
        catch (Exception exception) when (_connection.Failed(in _lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }

    private async Task<object?> IdentifyAsync(CommitResolver resolver, CancellationToken cancellationToken)
    {
        var transaction = Enter();
        try
        {
            return await resolver.Reader.IdentifyCommitAsync(transaction, NewMark(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (_connection.Failed(in _lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }

    private CommitMark NewMark() => new(Pool.Engine.Settings.CommitTable, (Guid)Sessions.GetValue(_lease.GetPhysical(), static _ => Guid.NewGuid()), Guid.NewGuid());
}
