using Cenote.Dashboard.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cenote.Dashboard.Actions;

/// <summary>Does what was asked for, and says in words what it has done.</summary>
internal sealed class ActionRunner(ILogger logger)
{
    /// <exception cref="Refusal">It cannot be done.</exception>
    internal async Task<ActionOutcome> RunAsync(ConnectionPool pool, ActionRequest request, string actor, CancellationToken cancellationToken)
    {
        if (pool.GetStatistics().State == PoolState.Closed)
        {
            throw Conflict("The pool is closed, for good.");
        }

        try
        {
            return request.Action switch
            {
                PoolAction.Suspend => Suspend(pool),
                PoolAction.Resume => Resume(pool),
                PoolAction.Resize => Resize(pool, request),
                PoolAction.Drain => Drain(pool, actor),
                PoolAction.Clear => Clear(pool),
                PoolAction.Validate => await ValidateAsync(pool, cancellationToken).ConfigureAwait(false),
                PoolAction.Revoke => Revoke(pool, request.Lease),
                PoolAction.IsolateCircuit => IsolateCircuit(pool),
                _ => CloseCircuit(pool),
            };
        }
        catch (PoolOptionsException exception)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "The sizes cannot work.", exception.Problems);
        }
        catch (PoolClosedException)
        {
            throw Conflict("The pool was closed meanwhile, for good.");
        }
    }

    private static ActionOutcome Suspend(ConnectionPool pool)
    {
        pool.Suspend();
        return new ActionOutcome("suspend", "The pool is suspended: callers queue until it is resumed.");
    }

    private static ActionOutcome Resume(ConnectionPool pool)
    {
        pool.Resume();
        return new ActionOutcome("resume", "The pool lends.");
    }

    private static ActionOutcome Resize(ConnectionPool pool, ActionRequest request)
    {
        pool.Resize(request.MinSize, request.MaxSize);
        var size = FormattableString.Invariant($"{request.MinSize}–{request.MaxSize}");
        return new ActionOutcome($"resize to {size}", $"The size is {size}. Connections above it close as they come back.");
    }

    private ActionOutcome Drain(ConnectionPool pool, string actor)
    {
        // It may take as long as a lease lasts: nobody waits for it here.
        _ = WatchAsync(pool.DrainAsync(), pool.Name, actor);
        return new ActionOutcome("drain", "The pool drains: callers queue, and connections close as they come back. It goes on in the background, and stays so until it is resumed.");
    }

    private async Task WatchAsync(Task drain, string poolName, string actor)
    {
        try
        {
            await drain.ConfigureAwait(false);
        }
        catch (PoolClosedException)
        {
            // Which is what a drain is for.
        }
        catch (Exception exception)
        {
            DashboardLog.ActionFailed(logger, "drain", poolName, actor, exception);
        }
    }

    private static ActionOutcome Clear(ConnectionPool pool)
    {
        pool.Clear();
        return new ActionOutcome("retire all", "Every connection is replaced: idle ones now, leased ones as they come back.");
    }

    private static async Task<ActionOutcome> ValidateAsync(ConnectionPool pool, CancellationToken cancellationToken)
    {
        var alive = await pool.ValidateIdleAsync(cancellationToken).ConfigureAwait(false);
        return new ActionOutcome("validate idle connections", FormattableString.Invariant($"{alive} idle connection{(alive == 1 ? " is" : "s are")} alive; any that {(alive == 1 ? "was" : "were")} not are closed."));
    }

    private static ActionOutcome Revoke(ConnectionPool pool, string id)
    {
        var lease = pool.GetLeases().FirstOrDefault(lease => lease.Id == id);
        if (lease is null || !pool.TryRevoke(lease))
        {
            throw Conflict($"The lease '{QueryReader.Shorten(id)}' has ended, or never was: there is nothing to revoke.");
        }

        return new ActionOutcome($"revoke lease {id} of {lease.CallSite}", $"The lease {id} of {lease.CallSite} is revoked: its connection is closed, and its holder gets an exception.");
    }

    private static ActionOutcome IsolateCircuit(ConnectionPool pool)
    {
        pool.IsolateCircuit();
        return new ActionOutcome("open circuit", "The circuit is open: no caller gets a connection until it is closed by hand.");
    }

    private static ActionOutcome CloseCircuit(ConnectionPool pool)
    {
        pool.CloseCircuit();
        return new ActionOutcome("close circuit", "The circuit is closed: the pool opens connections again.");
    }

    private static Refusal Conflict(string problem) => new(StatusCodes.Status409Conflict, "That cannot be done now.", problem);
}
