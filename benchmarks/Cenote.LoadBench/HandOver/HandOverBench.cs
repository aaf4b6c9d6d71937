using Cenote.Reporting;

namespace Cenote.LoadBench.HandOver;

/// <summary><c>./bench handover</c>: the pool where it is busy, on a stub driver.</summary>
internal static class HandOverBench
{
    private static readonly IPart[] s_parts =
    [
        new ChannelPart("channel64", callers: 64, connections: 8, goal: 1.1),
        new ChannelPart("channel1000", callers: 1_000, connections: 500, goal: 1.0),
        new SlotsPart(),
        new WaitersPart(),
        new AwaitedPart(),
        new FairnessPart(),
        new OverloadPart(),
    ];

    internal static int Run(string[] args)
    {
        if (BenchArguments.Parse("handover", args, "--only") is not { } arguments)
        {
            return 2;
        }

        if (arguments.Help)
        {
            Console.WriteLine($"""
                Usage: ./bench handover [--save] [--check] [--only NAME,NAME]

                  --save       also write the report to benchmarks/results/
                  --check      exit with 1 when a target is missed
                  --only NAME  some parts: {string.Join(", ", s_parts.Select(static part => part.Name))}
                """);
            return 0;
        }

        var only = arguments["--only"];
        IPart[] parts = [.. s_parts.Where(part => only is null || only.Split(',').Contains(part.Name, StringComparer.OrdinalIgnoreCase))];
        if (parts.Length == 0)
        {
            Console.Error.WriteLine($"--only {only}: no such part. Try ./bench handover --help.");
            return 2;
        }

        var report = new Report();
        report.Add($"# handover, {Machine.Today()}");
        report.Add();
        report.Add($"- Command: `{arguments.Command}`");
        report.Add("- Stub driver, sides in turns. Medians; a ratio is the median of the rounds' own ratios, in brackets the interval that holds it nineteen times out of twenty.");
        report.Add();
        List<Target> targets = [];
        foreach (var part in parts)
        {
            targets.AddRange(part.Run(report));
        }

        report.Add("## Targets");
        report.Add();
        report.AddTargets(targets);
        report.Add();
        Machine.Describe().ToList().ForEach(report.Add);
        if (arguments.Save)
        {
            report.Save("handover");
        }

        return arguments.Check && targets.Any(static target => target.IsMet != true) ? 1 : 0;
    }
}
