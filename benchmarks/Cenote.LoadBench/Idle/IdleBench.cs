using System.Diagnostics;
using System.Globalization;
using Cenote.Reporting;
using Cenote.StubDriver;

namespace Cenote.LoadBench.Idle;

/// <summary><c>./bench idle</c>: many pools on a stub driver that are not used, with the default settings.</summary>
internal static class IdleBench
{
    private const double MaxProcessor = 0.1;
    private const double MaxBytesPerSecond = 10 * 1024;
    private const double MaxHeld = 8 * 1024;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(16);

    internal static int Run(string[] args)
    {
        if (BenchArguments.Parse("idle", args, "--pools", "--seconds") is not { } arguments)
        {
            return 2;
        }

        if (arguments.Help)
        {
            Console.WriteLine("""
                Usage: ./bench idle [--save] [--check] [--pools N] [--seconds N]

                  --save       also write the report to benchmarks/results/
                  --check      exit with 1 when a target is missed
                  --pools N    number of pools (default 500)
                  --seconds N  time of each measurement (default 10)
                """);
            return 0;
        }

        var count = int.Parse(arguments["--pools"] ?? "500", CultureInfo.InvariantCulture);
        var time = TimeSpan.FromSeconds(int.Parse(arguments["--seconds"] ?? "10", CultureInfo.InvariantCulture));
        var database = new StubDatabase();
        var empty = Measure(time);
        var used = Create(database, -1, null);
        used.Rent().Dispose();
        used.Dispose();
        var report = new Report();
        report.Add($"# idle, {Machine.Today()}");
        report.Add();
        report.Add($"- Command: `{arguments.Command}`");
        report.Add(string.Create(CultureInfo.InvariantCulture, $"- {count} pools on a stub driver, 2 connections each, {Settling.TotalSeconds:F0} s after the last was filled, for {time.TotalSeconds:F0} s. Less what the process needs without pools."));
        report.Add();
        List<string[]> rows = [];
        List<Target> targets = [];
        foreach (var (name, interval) in (ReadOnlySpan<(string, TimeSpan?)>)[("no validation due", Timeout.InfiniteTimeSpan), ("default settings, validations included", null)])
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            ConnectionPool[] pools = [.. Enumerable.Range(0, count).Select(number => Create(database, number, interval))];
            Task.WaitAll([.. pools.Select(static pool => pool.WaitUntilReadyAsync())]);
            Wait(Settling);
            var held = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;

            // Each connection is validated once in 24 s with the default settings: only so long a time has its share.
            var idle = Measure(interval is null ? TimeSpan.FromSeconds(24) : time) - empty;
            Array.ForEach(pools, static pool => pool.Dispose());
            rows.Add([name, Text($"{idle.Processor:F3} %"), Text($"{idle.BytesPerSecond / 1024:F1} KB"), Text($"{held / 1024:F1} KB")]);
            if (interval is not null)
            {
                targets.Add(new Target("processor time of all pools, of one core", Text($"at most {MaxProcessor} %"), rows[^1][1], idle.Processor <= MaxProcessor));
                targets.Add(new Target("allocated a second by all pools", "at most 10 KB", rows[^1][2], idle.BytesPerSecond <= MaxBytesPerSecond));
                targets.Add(new Target("held by each pool", "at most 8 KB", rows[^1][3], held <= MaxHeld));
            }
        }

        report.AddTable(["", "processor, of one core", "allocated a second", "held by each pool"], rows);
        report.Add();
        report.AddTargets(targets);
        report.Add();
        Machine.Describe().ToList().ForEach(report.Add);
        if (arguments.Save)
        {
            report.Save("idle");
        }

        return arguments.Check && targets.Any(static target => target.IsMet != true) ? 1 : 0;
    }

    private static ConnectionPool Create(StubDatabase database, int number, TimeSpan? validationInterval)
    {
        var options = new ConnectionPoolOptions { Name = Text($"pool {number}") };
        options.ValidationInterval = validationInterval ?? options.ValidationInterval;
        return new ConnectionPool(new StubProvider(database), options);
    }

    private static Cost Measure(TimeSpan time)
    {
        using var process = Process.GetCurrentProcess();
        var (processor, bytes, start) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
        Wait(time);
        process.Refresh();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Cost(100 * (process.TotalProcessorTime - processor).TotalSeconds / seconds, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / seconds);
    }

    private static void Wait(TimeSpan time) => Task.Delay(time, TimeProvider.System).Wait();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Cost(double Processor, double BytesPerSecond)
    {
        public static Cost operator -(Cost left, Cost right) =>
            new(Math.Max(0, left.Processor - right.Processor), Math.Max(0, left.BytesPerSecond - right.BytesPerSecond));
    }
}
