using Cenote.Cli.Checking;
using Cenote.Cli.Clients;
using Cenote.Cli.Display;
using Cenote.Cli.Reporting;
using Cenote.Cli.Shop;

namespace Cenote.Cli.Commands;

/// <summary>Builds the shop, lets the clients work, and checks: the whole of a run, without the words around it.</summary>
internal sealed class ShopRun(RunOptions options, ShopDatabase database, IRunDisplay display, TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettlingStep = TimeSpan.FromMilliseconds(10);

    /// <param name="interrupted">Ends the work early; the check still takes place.</param>
    public async Task<RunResult> RunAsync(CancellationToken interrupted)
    {
        var heading = new RunHeading(
            $"{database.Name} at {database.Place}", options.Clients, options.MinSize, options.MaxSize, options.Seed, options.Duration);
        await using var claim = await database.ClaimAsync(interrupted);
        var plan = new ShopPlan(options.Size, options.Seed);
        var setupTime = await BuildAsync(plan, heading, interrupted);

        await using var pool = new ConnectionPool(
            database.CreateProvider(),
            new ConnectionPoolOptions { MinSize = options.MinSize, MaxSize = options.MaxSize, TimeProvider = clock });
        MakeRoomForBlockedThreads();
        var fleet = new ClientFleet(pool, database, plan, options.Clients, options.Seed, clock);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var watch = new RunWatch(pool, fleet.Meters, heading, clock, stopping.Token);
        using var timer = clock.CreateTimer(_ => stopping.Cancel(), state: null, options.Duration, Timeout.InfiniteTimeSpan);
        var work = fleet.RunAsync(stopping.Token);
        await Task.WhenAll(watch.WatchAsync(work), display.ShowAsync(watch, work), work);
        var elapsed = watch.Elapsed;

        await output.WriteLineAsync("Checking…");
        var atRest = await SettleAsync(pool);
        var (findings, unreachable) = await CheckAsync(fleet.Ledger);
        await pool.DisposeAsync();
        return new RunResult
        {
            Options = options,
            Heading = heading,
            Rows = plan.RowCount,
            SetupTime = setupTime,
            Elapsed = elapsed,
            Interrupted = interrupted.IsCancellationRequested,
            Meters = fleet.Meters,
            Pool = atRest,
            Peaks = watch.Peaks,
            Unreachable = unreachable,
            Findings =
            [
                SightingCheck.Run(fleet.Ledger, fleet.Meters),
                .. findings,
                PoolCheck.Run(atRest, pool.GetStatistics(), fleet.Meters.Rents, watch.Peaks),
            ],
            Afterwards = database.Afterwards,
        };
    }

    // A run whose database is gone at the end still has a story to tell.
    private async Task<(IReadOnlyList<CheckFinding> Findings, bool Unreachable)> CheckAsync(ShopLedger ledger)
    {
        try
        {
            return (await new ShopCheck(database, ledger).RunAsync(CancellationToken.None), false);
        }
        catch (DatabaseUnreachableException exception)
        {
            return ([new CheckFinding("reach", "the database answers, so that it can be checked", "it does not", [exception.Message], 1)], true);
        }
    }

    private async Task<TimeSpan> BuildAsync(ShopPlan plan, RunHeading heading, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"cenote run: {heading.Database}");
        await output.WriteLineAsync($"{heading.Settings} · {Figures.Seconds(options.Duration)}");
        var started = clock.GetTimestamp();
        await new ShopSetup(database, plan).BuildAsync(cancellationToken);
        var elapsed = clock.GetElapsedTime(started);
        await output.WriteLineAsync($"Shop of {Figures.Count(plan.RowCount)} rows built in {Figures.Duration(elapsed)}.");
        return elapsed;
    }

    // Without threads to spare, writers that wait for a lock would keep the one who has it from going on.
    private void MakeRoomForBlockedThreads()
    {
        if (!database.BlocksThreads)
        {
            return;
        }

        ThreadPool.GetMinThreads(out var workers, out var completionPorts);
        ThreadPool.SetMinThreads(Math.Max(workers, options.MaxSize + 4), completionPorts);
    }

    // Sessions are cleared after their return: the counts are at rest a moment after the last client is.
    private async Task<PoolStatistics> SettleAsync(ConnectionPool pool)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var statistics = pool.GetStatistics();
            if (statistics.Counts is { Leased: 0, Waiting: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 }
                || clock.GetElapsedTime(started) > LongestSettling)
            {
                return statistics;
            }

            await Task.Delay(SettlingStep, clock);
        }
    }
}
