using Cenote.Shared;
using Cenote.Shop.Clients;
using Cenote.Shop.Pools;

namespace Cenote.Shop.Display;

/// <summary>One line a second, for logs and pipes.</summary>
internal sealed class PlainDisplay(TextWriter output, TimeProvider clock) : IRunDisplay
{
    public async Task ShowAsync(RunWatch watch, Task run)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        var tick = timer.WaitForNextTickAsync().AsTask();
        while (await Task.WhenAny(tick, run) != run)
        {
            await tick;
            await output.WriteLineAsync(Line(watch.Latest, watch.Meters));
            tick = timer.WaitForNextTickAsync().AsTask();
        }
    }

    private static string Line(RunSample sample, OperationMeters meters)
    {
        var failed = meters.Total(OperationOutcome.Failed) + meters.Total(OperationOutcome.Unknown);
        var pools = sample.AtWork.Pools;
        var shown = string.Join("  ", pools.Select(pool => pools.Count > 1 || sample.Turn.Pairs > 0 ? $"{PoolNames.Label(pool.Part)}: {Pool(pool.Statistics)}" : Pool(pool.Statistics)));
        return FormattableString.Invariant($"{Figures.Seconds(sample.Elapsed),5}  {Figures.Rate(sample.RateNow),6} op/s  {shown}  {failed} errors");
    }

    private static string Pool(PoolStatistics pool) => FormattableString.Invariant(
        $"{pool.Counts.Leased} leased, {pool.Counts.Idle} idle of {pool.Counts.Total}/{pool.Counts.Limit}, {pool.Counts.Waiting} waiting (p50 {Figures.Duration(pool.WaitTime.P50)}, p99 {Figures.Duration(pool.WaitTime.P99)})");
}
