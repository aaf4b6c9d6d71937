using Cenote.Benchmarks;
using Cenote.Reporting;

if (BenchArguments.Parse("cycle", args, "--filter") is not { } arguments)
{
    return 2;
}

if (arguments.Help)
{
    Console.WriteLine("""
        Usage: ./bench cycle [--save] [--check] [--filter TEXT]

          --save         also write the report to benchmarks/results/
          --check        exit with 1 when a target is missed or was not measured
          --filter TEXT  only the benchmarks whose name contains TEXT, such as Sqlite, Lease or HandOver
        """);
    return 0;
}

var filter = arguments["--filter"];
Console.WriteLine("Measuring (name, threads, time and bytes per operation):");
var results = CycleBench.Measure(filter);
var handOvers = CycleBench.MeasureHandOvers(filter);
var targets = new CycleTargets(results, handOvers).Evaluate();
Console.WriteLine();
var report = CycleReport.Create(arguments, results, handOvers, targets);
if (arguments.Save)
{
    report.Save("cycle");
}

return arguments.Check && targets.Any(static target => target.IsMet != true) ? 1 : 0;
