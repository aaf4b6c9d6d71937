using Cenote.Dashboard.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cenote.Dashboard.Actions;

/// <summary>Runs the actions of operators and describes their results.</summary>
internal sealed class ActionRunner(ILogger logger)
{
    /// <exception cref="Refusal">The action is not possible.</exception>
    internal async Task<ActionOutcome> RunAsync(ConnectionPool pool, ActionRequest request, string actor, CancellationToken cancellationToken)
    {
        if (pool.GetStatistics().State == PoolState.Closed)
        {
            throw Conflict("The pool is closed and stays closed.");
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
            throw new Refusal(StatusCodes.Status400BadRequest, "The sizes are invalid.", exception.Problems);
        }
        catch (PoolClosedException)
        {
            throw Conflict("The pool was closed meanwhile and stays closed.");
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
        return new ActionOutcome("resume", "The pool is running: connections can be rented.");
    }

    private static ActionOutcome Resize(ConnectionPool pool, ActionRequest request)
    {
        pool.Resize(request.MinSize, request.MaxSize);
        var size = FormattableString.Invariant($"{request.MinSize}–{request.MaxSize}");
        return new ActionOutcome($"resize to {size}", $"The size is {size}. Connections above it close when they are returned.");
    }

    private ActionOutcome Drain(ConnectionPool pool, string actor)
    {
        // A drain takes as long as the longest lease, so the request does not wait for it.
        _ = WatchAsync(pool.DrainAsync(), pool.Name, actor);
        return new ActionOutcome("drain", "The pool drains in the background: callers queue, and connections close when they are returned. The pool stays drained until it is resumed.");
    }

    private async Task WatchAsync(Task drain, string poolName, string actor)
    {
        try
        {
            await drain.ConfigureAwait(false);
        }
        catch (PoolClosedException)
        {
            // A closed pool is drained.
        }
        catch (Exception exception)
        {
            DashboardLog.ActionFailed(logger, "drain", poolName, actor, exception);
        }
    }

    private static ActionOutcome Clear(ConnectionPool pool)
    {
        pool.Clear();
        return new ActionOutcome("clear", "Every connection is replaced: idle ones now, leased ones when they are returned.");
    }

    private static async Task<ActionOutcome> ValidateAsync(ConnectionPool pool, CancellationToken cancellationToken)
    {
        var alive = await pool.ValidateIdleAsync(cancellationToken).ConfigureAwait(false);
        return new ActionOutcome("validate idle connections", FormattableString.Invariant($"{alive} idle connection{(alive == 1 ? " is" : "s are")} alive; broken ones are closed."));
    }

    private static ActionOutcome Revoke(ConnectionPool pool, string id)
    {
        var lease = pool.GetLeases().FirstOrDefault(lease => lease.Id == id);
        if (lease is null || !pool.TryRevoke(lease))
        {
            throw Conflict($"The lease '{QueryReader.Shorten(id)}' has ended or never existed.");
        }

        return new ActionOutcome($"revoke lease {id} of {lease.CallSite}", $"The lease {id} of {lease.CallSite} is revoked: its connection is closed, and its holder gets an exception.");
    }

    private static ActionOutcome IsolateCircuit(ConnectionPool pool)
    {
        pool.IsolateCircuit();
        return new ActionOutcome("isolate circuit", "The circuit is isolated: no caller gets a connection until the circuit is closed.");
    }

    private static ActionOutcome CloseCircuit(ConnectionPool pool)
    {
        pool.CloseCircuit();
        return new ActionOutcome("close circuit", "The circuit is closed: the pool opens connections again.");
    }

    private static Refusal Conflict(string problem) => new(StatusCodes.Status409Conflict, "The action is not possible now.", problem);
}
