using Cenote.Shared;
using Cenote.Shop.Arguments;
using Cenote.Shop.Checking;
using Cenote.Shop.Clients;
using Cenote.Shop.Database;
using Cenote.Shop.Display;
using Cenote.Shop.Pools;
using Cenote.Shop.Reporting;
using Cenote.Shop.Serving;

namespace Cenote.Shop.Running;

/// <summary>
/// Builds the shop, lets the clients work, and checks: the whole of a run, without the words around it.
/// </summary>
internal sealed class ShopRun(RunOptions options, ShopDatabase database, IRunDisplay display, TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettlingStep = TimeSpan.FromMilliseconds(10);

    /// <param name="interrupted">Ends the work early; the check still takes place.</param>
    public async Task<RunResult> RunAsync(CancellationToken interrupted)
    {
        var heading = new RunHeading($"{database.Name} at {database.Place}", options.Clients, options.Pools, options.Seed, options.Duration);
        await using var claim = await database.ClaimAsync(interrupted);
        var plan = new ShopPlan(options.Size, options.Seed);
        var setupTime = await BuildAsync(plan, heading, interrupted);

        MakeRoomForBlockedThreads();
        var fleet = new ClientFleet(database, plan, options.Clients, options.Seed, clock);
        await using var arrangements = await Arrangements.OpenAsync(database, options.Pools, fleet.Meters, clock, interrupted);
        await using var dashboard = await ServeAsync(arrangements.All, interrupted);
        using var work = new ShopWork(fleet, arrangements.All, options.Duration, clock, interrupted);
        var watch = new RunWatch(arrangements.All, () => work.Turn, fleet.Meters, heading, clock, work.Stopping);
        var working = work.RunAsync();
        await Task.WhenAll(watch.WatchAsync(working), display.ShowAsync(watch, working), working);
        var elapsed = watch.Elapsed;

        await output.WriteLineAsync("Checking…");
        var atRest = await SettleAsync(arrangements.All);
        var (findings, unreachable) = await CheckAsync(fleet.Ledger);
        await dashboard.DisposeAsync();
        await arrangements.DisposeAsync();
        await database.TidyUpAsync();
        return new RunResult(
            Options: options,
            Heading: heading,
            Rows: plan.RowCount,
            SetupTime: setupTime,
            Elapsed: elapsed,
            Interrupted: interrupted.IsCancellationRequested,
            Meters: fleet.Meters,
            Errors: fleet.Errors,
            Arrangements: atRest,
            Comparison: await working,
            Unreachable: unreachable,
            Findings: [SightingCheck.Run(fleet.Ledger, fleet.Meters), .. findings, .. CheckPools(arrangements.All, atRest)],
            Afterwards: database.Afterwards);
    }

    private async Task<RunDashboard> ServeAsync(IReadOnlyList<Arrangement> arrangements, CancellationToken cancellationToken)
    {
        var isServed = options.Dashboard == DashboardChoice.Always || (options.Dashboard == DashboardChoice.AtTerminal && display is TerminalDisplay);
        if (!isServed)
        {
            return RunDashboard.None;
        }

        try
        {
            var dashboard = await RunDashboard.StartAsync(arrangements, options.DashboardPort, clock, cancellationToken);
            await output.WriteLineAsync($"Dashboard: {dashboard.Address}");
            return dashboard;
        }
        catch (DashboardPortException exception) when (options.Dashboard != DashboardChoice.Always)
        {
            // It was not asked for.
            await output.WriteLineAsync($"No dashboard: {exception.Message}");
            return RunDashboard.None;
        }
    }

    private static IEnumerable<CheckFinding> CheckPools(IReadOnlyList<Arrangement> arrangements, IReadOnlyList<ArrangementSight> atRest) =>
        from pair in arrangements.Zip(atRest)
        from pool in pair.First.Pools.Zip(pair.Second.Pools)
        select PoolCheck.Run(pool.Second, closed: pool.First.Pool.GetStatistics(), pair.First.HasMovedCallers);

    // A run whose database is gone at the end still has a story to tell.
    private async Task<(IReadOnlyList<CheckFinding> Findings, bool Unreachable)> CheckAsync(ShopLedger ledger)
    {
        try
        {
            return (await new ShopCheck(database, ledger).RunAsync(CancellationToken.None), false);
        }
        catch (DatabaseUnreachableException exception)
        {
            return ([new CheckFinding("reach", "the database answers the check", "it did not", [exception.Message], 1)], true);
        }
    }

    private async Task<TimeSpan> BuildAsync(ShopPlan plan, RunHeading heading, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"Shop: {heading.Database}");
        await output.WriteLineAsync($"{heading.Settings} · {Figures.Seconds(options.Duration)}");
        var started = clock.GetTimestamp();
        await new ShopSetup(database, plan).BuildAsync(cancellationToken);
        var elapsed = clock.GetElapsedTime(started);
        await output.WriteLineAsync($"Shop of {Figures.Count(plan.RowCount)} rows built in {Figures.Duration(elapsed)}.");
        return elapsed;
    }

    // Without threads to spare, writers that wait for a lock would keep the writer that has it from going on.
    private void MakeRoomForBlockedThreads()
    {
        if (!database.BlocksThreads)
        {
            return;
        }

        ThreadPool.GetMinThreads(out var workers, out var completionPorts);
        ThreadPool.SetMinThreads(Math.Max(workers, options.Pools.Maximum + 4), completionPorts);
    }

    // Sessions are cleared after their return: the counts are at rest a moment after the last client is.
    private async Task<IReadOnlyList<ArrangementSight>> SettleAsync(IReadOnlyList<Arrangement> arrangements)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            ArrangementSight[] sights = [.. arrangements.Select(arrangement => arrangement.Look())];
            if (sights.All(sight => sight.Pools.All(IsAtRest)) || clock.GetElapsedTime(started) > LongestSettling)
            {
                return sights;
            }

            await Task.Delay(SettlingStep, clock);
        }
    }

    private static bool IsAtRest(PoolSight pool) =>
        pool.Statistics.Counts is { Leased: 0, Waiting: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 };
}
