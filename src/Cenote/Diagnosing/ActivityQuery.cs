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

    private readonly ServerGate _gate = ServerGate.Of(engine.Provider, engine.Settings.Clock.TimeProvider);

    /// <summary>
    /// Starts a query, unless one of this process is under way at the server. Returns at once.
    /// </summary>
    internal bool TryStart()
    {
        if (!_gate.TryEnter())
        {
            return false;
        }

        reports.Begin();
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
        try
        {
            connection = await engine.Dedicated.OpenPhysicalAsync(ended.Token).ConfigureAwait(false);
            var pools = PoolSessions.Read(readPools(), engine);
            reading = ReadAsync(connection, pools, limit, ended.Token);
            var match = new SessionMatch(reader.GetSession(connection), (await reading.WaitAsync(ended.Token).ConfigureAwait(false))!, pools);
            foreach (var pool in pools)
            {
                if (match.ReportOn(pool) is var report && IsMeantFor(pool.Engine, report))
                {
                    pool.Engine.Sessions?.Publish(report);
                    pool.Engine.Locks?.Record(pool.Engine.Leases.Read());
                }
            }
        }
        catch (Exception exception)
        {
            if (!closed.IsCancellationRequested)
            {
                Fail(exception, timeout.IsCancellationRequested, limit);
            }
        }
        finally
        {
            await CloseAsync(connection, reading).ConfigureAwait(false);
            _gate.Leave();
        }
    }

    private async Task<SessionReading?> ReadAsync(PhysicalConnection connection, List<PoolSessions> pools, TimeSpan limit, CancellationToken cancellationToken)
    {
        var ids = pools.SelectMany(static pool => pool.Sessions).Where(static session => session.Lease is not null).Select(static session => session.Identity.Id).Distinct().ToList();
        return await reader.ReadActivityAsync(
            connection.Connection, ids, pools.Exists(static pool => pool.Engine.Statements is not null), limit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns whether the answer is also the one that another pool would get: on the same server, as the same user,
    /// because another may see less.
    /// </summary>
    private bool IsMeantFor(PoolEngine pool, SessionReport report) =>
        ReferenceEquals(pool, engine)
        || (report.Leases.Count > 0 && pool.Place?.User == engine.Place?.User && ReferenceEquals(ServerGate.Of(pool.Provider, pool.Settings.Clock.TimeProvider), _gate));

    private void Fail(Exception exception, bool isTimeout, TimeSpan limit)
    {
        var clock = engine.Settings.Clock;
        var kind = engine.Classifier.Classify(exception);
        PoolLog.ActivityUnread(engine.Journal.Logger, engine.Settings.Name, kind, exception);
        reports.Publish(new SessionReport(clock.Elapsed, clock.UtcNow)
        {
            HasFailed = true,
            Limitation = isTimeout
                ? FormattableString.Invariant($"it did not answer within {limit.TotalSeconds:0.###} s what its sessions are doing")
                : $"its sessions could not be read ({kind})",
        });
    }

    /// <summary>Closes the connection, or ends it where the driver is still inside a call.</summary>
    private static async Task CloseAsync(PhysicalConnection? connection, Task reading)
    {
        if (connection is null)
        {
            return;
        }

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

        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
