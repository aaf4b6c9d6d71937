using Cenote.Connections;
using Cenote.Events;
using Cenote.Providers;
using Cenote.Statistics;

namespace Cenote.Diagnosing;

/// <summary>
/// The query for what the sessions of the leases are doing, in the background, on a connection of its own that is
/// closed after it. One at a time for each server.
/// </summary>
/// <param name="engine">The pool.</param>
/// <param name="reader">The ability of its provider.</param>
/// <param name="reports">Where the answer goes.</param>
/// <param name="readPools">Reads the live pools of the process.</param>
/// <param name="leftBehind">The work that outlives the pool's disposal, and that its provider outlives.</param>
/// <param name="closed">Cancelled when the pool closes.</param>
internal sealed class ActivityQuery(
    PoolEngine engine, ISessionActivityReader reader, SessionReports reports, Func<List<PoolEngine>> readPools, AbandonedCalls leftBehind, CancellationToken closed)
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The wait for a reader that was told to end, and again after its connection was ended.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly ServerGate _gate = ServerGate.Of(engine.Provider, engine.Settings.Clock.TimeProvider);

    /// <summary>
    /// Starts a query, unless one of this process is under way at the server, or the pool's budget has no free
    /// connection for it. Returns at once.
    /// </summary>
    internal bool TryStart()
    {
        if (!engine.Desk.HasPermit || !_gate.TryEnter())
        {
            return false;
        }

        leftBehind.Add(StartAsync);
        return true;
    }

    /// <summary>Starts the query without the context of the thread that happens to run maintenance.</summary>
    private Task StartAsync()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return Task.Run(RunAsync, CancellationToken.None);
        }

        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(RunAsync, CancellationToken.None);
        }
    }

    /// <summary>Queries the server. Never throws.</summary>
    private async Task RunAsync()
    {
        var settings = engine.Settings;
        var limit = settings.ValidationTimeout < LongestTimeout ? settings.ValidationTimeout : LongestTimeout;
        using var timeout = new CancellationTokenSource(limit, settings.Clock.TimeProvider);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, closed);
        PhysicalConnection? connection = null;
        var reading = Task.FromResult<SessionReading?>(null);
        List<PoolSessions> pools = [];
        SessionMatch? match = null;
        (Exception Exception, bool IsTimeout)? failure = null;
        try
        {
            // Without waiting: callers need the connections of a budget more.
            connection = await engine.Dedicated.OpenPhysicalAsync(waits: false, ended.Token).ConfigureAwait(false);
            if (connection is not null)
            {
                pools = PoolSessions.Read(readPools(), engine, _gate);
                reading = ReadAsync(connection, pools, limit, ended.Token);
                match = new SessionMatch(reader.GetSession(connection), (await reading.WaitAsync(ended.Token).ConfigureAwait(false))!, pools);
            }
        }
        catch (Exception exception)
        {
            failure = (exception, timeout.IsCancellationRequested);
        }

        if (connection is not null || failure is not null)
        {
            engine.Desk.Meters.ServerQueries.Increment();
        }

        // First, because a busy server needs its connection.
        await CloseAsync(connection, reading).ConfigureAwait(false);
        try
        {
            Publish(pools, match);
        }
        catch (Exception exception)
        {
            failure = (exception, IsTimeout: false);
        }
        finally
        {
            _gate.Leave(failure is not null && !closed.IsCancellationRequested);
        }

        if (failure is var (reason, isTimeout) && !closed.IsCancellationRequested)
        {
            engine.Desk.Meters.ServerQueryFailures.Increment();
            reports.Publish(Describe(reason, isTimeout, limit));
        }
    }

    private void Publish(List<PoolSessions> pools, SessionMatch? match)
    {
        foreach (var pool in pools)
        {
            if (match?.ReportOn(pool) is { } report && IsMeantFor(pool.Engine, report))
            {
                pool.Engine.Sessions?.Publish(report);
                pool.Engine.Locks?.Record(pool.Engine.Leases.Read());
            }
        }
    }

    private async Task<SessionReading?> ReadAsync(PhysicalConnection connection, List<PoolSessions> pools, TimeSpan limit, CancellationToken cancellationToken)
    {
        // The server may be queried for the locks of the first ones only.
        var ids = pools.SelectMany(static pool => pool.Sessions.Where(static session => session.Lease is not null).OrderByDescending(static session => session.Lease!.Age)).Select(static session => session.Identity.Id).Distinct().ToList();
        return await reader.ReadActivityAsync(
            connection.Connection, ids, pools.Exists(static pool => pool.Engine.Statements is not null), limit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns whether the answer is also the one that another pool on the server would get: as the same user, because
    /// another may see less.
    /// </summary>
    private bool IsMeantFor(PoolEngine pool, SessionReport report) =>
        ReferenceEquals(pool, engine)
        || (report.Leases.Count > 0 && pool.Place?.User == engine.Place?.User);

    private SessionReport Describe(Exception exception, bool isTimeout, TimeSpan limit)
    {
        var clock = engine.Settings.Clock;
        var kind = engine.Classifier.Classify(exception);
        PoolLog.ActivityUnread(engine.Journal.Logger, engine.Settings.Name, kind, exception);
        return new SessionReport(clock.Elapsed, clock.UtcNow)
        {
            HasFailed = true,
            Limitation = isTimeout
                ? FormattableString.Invariant($"it did not answer within {limit.TotalSeconds:0.###} s what its sessions are doing")
                : $"its sessions could not be read ({kind})",
        };
    }

    /// <summary>
    /// Closes the connection, or ends it where the driver is still inside a call although it was told to end. Waits for
    /// no call without end.
    /// </summary>
    private async Task CloseAsync(PhysicalConnection? connection, Task reading)
    {
        if (connection is null)
        {
            return;
        }

        await WaitAsync(reading).ConfigureAwait(false);
        try
        {
            if (reading.IsCompleted)
            {
                await connection.CloseAsync().ConfigureAwait(false);
            }
            else
            {
                await connection.AbortAsync().ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The connection is not used again, whatever went wrong.
        }
        finally
        {
            connection.EndKept();
        }

        await WaitAsync(reading).ConfigureAwait(false);
        if (!reading.IsCompleted)
        {
            leftBehind.Add(async () => await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing));
        }
    }

    private async Task WaitAsync(Task reading)
    {
        if (!reading.IsCompleted)
        {
            await reading.WaitAsync(Grace, engine.Settings.Clock.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
