using Cenote.Cli.Checking;
using Cenote.Cli.Measuring;
using Cenote.Cli.Sizing;

namespace Cenote.Cli.Commands;

/// <summary>One measurement of a size, from the options to the exit code.</summary>
internal static class SizeSession
{
    private const int DefaultMax = 64;

    public static Task<int> RunAsync(SizeOptions options, TimeProvider clock) => DatabaseSession.RunAsync(async (console, cancellationToken) =>
    {
        var report = await MeasureAsync(options, clock, cancellationToken);
        if (options.Json)
        {
            Console.Out.WriteLine(SizeOutput.ToJson(report));
        }
        else
        {
            SizeOutput.Print(report, console);
        }

        if (options.Svg is { } file)
        {
            await File.WriteAllTextAsync(file, SizeChart.ToSvg(report), cancellationToken);
        }

        return report.Findings.Any(static finding => finding.Level == CheckLevel.Problem) ? ExitCode.Unhealthy : ExitCode.Success;
    });

    private static async Task<SizeReport> MeasureAsync(SizeOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var server = await MeasuredServer.AskAsync(options, clock, cancellationToken);

        // Without --max, a quarter of what is free stays free for other clients.
        var most = Math.Max(1, Math.Min(options.Max ?? DefaultMax, (options.Max is null ? server.Free * 3 / 4 : server.Free) ?? int.MaxValue));
        var sizes = SizeSweep.SizesUpTo(most);
        if (server.Execution * sizes.Count > options.Duration)
        {
            throw new MeasurementException(FormattableString.Invariant(
                $"The statement takes {server.Execution.TotalSeconds:0.0} s: {sizes.Count} sizes need more than the {options.Duration.TotalSeconds:0} s of the measurement. Give more --seconds, a smaller --max, or a shorter statement."));
        }

        var (connectionString, statement) = options.Measured;
        await using var pool = ServerCheck.NewPool(options.Questions, connectionString, options.Timeout, most);
        var sweep = new SizeSweep(pool, new StatementLoad(statement, clock, options.Questions.IsInProcess), clock);
        var rounds = await options.GuardAsync(() => MeasurementProgress.RunAsync(progress => sweep.RunAsync(sizes, options.Duration, progress, cancellationToken)));
        return SizeReport.Of(rounds, server, options.Instances);
    }
}
