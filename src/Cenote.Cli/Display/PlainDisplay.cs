using Cenote.Cli.Clients;

namespace Cenote.Cli.Display;

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

    private static string Line(RunSample sample, RunMeters meters)
    {
        var counts = sample.Pool.Counts;
        var wait = sample.Pool.WaitTime;
        var failed = meters.Total(OperationOutcome.Failed) + meters.Total(OperationOutcome.Unknown);
        return FormattableString.Invariant(
            $"{Figures.Seconds(sample.Elapsed),5}  {Figures.Rate(sample.RateNow),6} op/s  {counts.Leased} leased, {counts.Idle} idle of {counts.Total}/{counts.Limit}  {counts.Waiting} waiting (p50 {Figures.Duration(wait.P50)}, p99 {Figures.Duration(wait.P99)})  {failed} errors");
    }
}
