using Cenote.Reporting;

namespace Cenote.LoadBench.Parts;

/// <summary>A benchmark that is made of parts.</summary>
/// <param name="name">The name on the command line, and of its file of results.</param>
/// <param name="remark">What all parts have in common, for the report.</param>
/// <param name="parts">The parts.</param>
internal sealed class PartsBench(string name, string remark, IReadOnlyList<IPart> parts)
{
    internal int Run(string[] args)
    {
        if (BenchArguments.Parse(name, args, "--only") is not { } arguments)
        {
            return 2;
        }

        if (arguments.Help)
        {
            Console.WriteLine($"""
                Usage: ./bench {name} [--save] [--check] [--only NAME,NAME]

                  --save       also write the report to benchmarks/results/
                  --check      exit with 1 when a target is missed
                  --only NAME  some parts: {string.Join(", ", parts.Select(static part => part.Name))}
                """);
            return 0;
        }

        var only = arguments["--only"];
        IPart[] chosen = [.. parts.Where(part => only is null || only.Split(',').Contains(part.Name, StringComparer.OrdinalIgnoreCase))];
        if (chosen.Length == 0)
        {
            Console.Error.WriteLine($"--only {only}: no such part. Try ./bench {name} --help.");
            return 2;
        }

        var report = new Report();
        report.Add($"# {name}, {Machine.Today()}");
        report.Add();
        report.Add($"- Command: `{arguments.Command}`");
        report.Add($"- {remark}");
        report.Add();
        List<Target> targets = [];
        foreach (var part in chosen)
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
            report.Save(name);
        }

        return arguments.Check && targets.Any(static target => target.IsMet != true) ? 1 : 0;
    }
}
