using Cenote.Dashboard.Histories;
using Cenote.Dashboard.Json;

namespace Cenote.Dashboard.Reports;

/// <summary>The history of a pool as JSON: every step of the range, null where it was not measured.</summary>
internal static class HistoryReport
{
    private static readonly CloseReason[] Reasons = Enum.GetValues<CloseReason>();

    /// <param name="pool">The pool's name.</param>
    /// <param name="history">Its past.</param>
    /// <param name="now">The present, in seconds since the sampling began.</param>
    /// <param name="time">The same as a time of day.</param>
    /// <param name="seconds">How far back.</param>
    internal static HistoryJson Of(string pool, PoolHistory history, long now, DateTimeOffset time, int seconds)
    {
        var (length, count, measured) = history.Read(now, seconds);
        var first = (now / length) - count + 1;
        var steps = new MeasuredStep?[count];
        foreach (var step in measured)
        {
            steps[step.Step.Number - first] = step;
        }

        var began = time.ToUnixTimeSeconds() - now;
        return new HistoryJson(
            pool, length, [.. Enumerable.Range(0, count).Select(i => began + ((first + i) * length))], SeriesOf(steps), ClosedOf(steps));
    }

    private static SeriesJson SeriesOf(MeasuredStep?[] steps) => new(
        Active: Each(steps, static step => step.Active),
        Idle: Each(steps, static step => step.Idle),
        Waiting: Each(steps, static step => step.Waiting),
        Limit: Each(steps, static step => step.Limit),
        Opening: Each(steps, static step => step.Opening),
        Utilization: Each(steps, static step => step.Limit == 0 ? null : Round((double)step.Active / step.Limit)),
        Rents: Each(steps, static step => Round(step.PerSecond(step.Rents))),
        Waits: Each(steps, static step => Round(step.PerSecond(step.Waits))),
        Errors: Each(steps, static step => Round(step.PerSecond(step.Errors))),
        ErrorRate: Each(steps, static step => step.Rents + step.Errors == 0 ? null : Round(step.Errors / (step.Rents + step.Errors))),
        WaitP50: Each(steps, static step => Duration(step.WaitP50)),
        WaitP99: Each(steps, static step => Duration(step.WaitP99)),
        UseP50: Each(steps, static step => Duration(step.UseP50)),
        UseP99: Each(steps, static step => Duration(step.UseP99)),
        ConnectP50: Each(steps, static step => Duration(step.ConnectP50)),
        ConnectP99: Each(steps, static step => Duration(step.ConnectP99)),
        Opened: Each(steps, static step => Round(step.PerSecond(step.Opened))),
        ClosedByPolicy: [.. steps.Select(static step => Closed(step, isPolicy: true))],
        ClosedByFailure: [.. steps.Select(static step => Closed(step, isPolicy: false))]);

    /// <summary>Returns the closed connections by reason, without reasons that did not occur in the range.</summary>
    private static Dictionary<string, IReadOnlyList<double?>> ClosedOf(MeasuredStep?[] steps) => Reasons
        .Where(reason => steps.Any(step => step?.ClosedPerSecond(reason) > 0))
        .ToDictionary(
            static reason => reason.ToString(),
            reason => (IReadOnlyList<double?>)[.. steps.Select(step => Round(step?.ClosedPerSecond(reason)))],
            StringComparer.Ordinal);

    private static double?[] Each(MeasuredStep?[] steps, Func<HistoryStep, double?> value) =>
        [.. steps.Select(step => step is { } measured ? value(measured.Step) : null)];

    private static double? Closed(MeasuredStep? step, bool isPolicy) =>
        step is { } measured ? Round(Reasons.Where(reason => IsPolicy(reason) == isPolicy).Sum(measured.ClosedPerSecond)) : null;

    /// <summary>
    /// Returns whether the pool or its user wanted the close. Every other reason is a fault of the database, the
    /// network or a holder.
    /// </summary>
    private static bool IsPolicy(CloseReason reason) => reason is
        CloseReason.Idle or CloseReason.Lifetime or CloseReason.Retired or CloseReason.PoolShrunk or CloseReason.RequestedByHolder or CloseReason.PoolClosed;

    private static double? Duration(Half seconds) => Half.IsNaN(seconds) ? null : Round((double)seconds);

    private static double? Round(double? value) => value is { } number ? Math.Round(number, 6) : null;
}
