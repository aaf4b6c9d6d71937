using Cenote.Tests.Sizing.Simulation;

namespace Cenote.Tests.Sizing;

/// <summary>
/// The measured size beside the best fixed size of a sweep, in simulated servers. The figures of docs/sizing.md are
/// those of CENOTE_SIZING_RUNS=10.
/// </summary>
public sealed class MeasuredSizingScenarioTests(ITestOutputHelper output)
{
    [Fact]
    public void It_finds_about_the_throughput_of_the_best_size_with_about_its_connections()
    {
        var results = SizingScenarios.All().AsParallel().Select(Compare).ToList();

        foreach (var kind in results.GroupBy(static result => result.Scenario.Kind, StringComparer.Ordinal))
        {
            output.WriteLine(FormattableString.Invariant(
                $"{kind.Key}: {kind.Count(static result => result.IsMet)} of {kind.Count()} within the targets; throughput {Median(kind, static result => result.Share):P1} (least {kind.Min(static result => result.Share):P1}), connections {Median(kind, static result => result.Connections):0.00} (most {kind.Max(static result => result.Connections):0.00}) of the best size's"));
        }

        results.Where(static result => !result.IsMet).ToList().ForEach(result => output.WriteLine(result.ToString()));
        Assert.True(results.Count >= 50, $"only {results.Count} scenarios");

        // All targets together, in nearly all scenarios; in all with a steady load.
        Assert.InRange(results.Count(static result => result.IsMet), results.Count * 0.9, results.Count);
        Assert.All(results.Where(static result => result.Scenario.Kind is "Steady"), static result => Assert.True(result.IsMet, result.ToString()));
        var halved = results.Where(static result => result.Scenario.Kind is "Halved").ToList();
        Assert.InRange(halved.Count(static result => result.IsMet), halved.Count * 0.95, halved.Count);
        Assert.All(results, static result => Assert.True(result.Share >= 0.85, result.ToString()));
        Assert.InRange(Median(results, static result => result.Share), 0.99, 1.1);
    }

    [Fact]
    public void Fixed_sizes_and_utilization_miss_what_it_finds()
    {
        var rows = new List<(string Name, double Share, double Connections)>();
        foreach (var scenario in SizingScenarios.All().Where(static scenario => scenario is { Kind: "Steady" or "SmoothKnee" } && scenario.Name.EndsWith('0')))
        {
            var best = FindBest(scenario);
            var utilization = Run(scenario, new UtilizationSizingPolicy(), 1);
            foreach (var (name, run) in new[] { ("measured", Run(scenario, new MeasuredSizingPolicy(), 1)), ("utilization", utilization), ("fixed 10", Run(scenario, null, 10)), ("fixed 100", Run(scenario, null, 100)) })
            {
                rows.Add((name, Throughput(run, scenario) / best.Throughput, SizeOf(run, scenario) / best.Size));
            }
        }

        foreach (var policy in rows.GroupBy(static row => row.Name, StringComparer.Ordinal))
        {
            output.WriteLine(FormattableString.Invariant(
                $"{policy.Key}: throughput {policy.Average(static row => row.Share):P0} on average, {policy.Min(static row => row.Share):P0} at least; connections {policy.Average(static row => row.Connections):0.0} times the best size's on average, {policy.Max(static row => row.Connections):0.0} at most"));
        }

        Assert.True(LeastShare("measured") > LeastShare("fixed 10") + 0.3, "fixed 10 is too small for a large server");
        Assert.True(LeastShare("measured") > LeastShare("fixed 100") + 0.1, "fixed 100 is too large for a server with crosstalk");
        Assert.True(rows.Where(static row => row.Name == "utilization").Max(static row => row.Connections) > 10, "utilization grows to the maximum while callers wait");

        double LeastShare(string name) => rows.Where(row => row.Name == name).Min(static row => row.Share);
    }

    private static Result Compare(SizingScenario scenario)
    {
        var best = FindBest(scenario);
        var run = Run(scenario, new MeasuredSizingPolicy(), 1);
        var rest = run.Sizes.TakeLast(45).ToList();
        return new Result(scenario, Throughput(run, scenario) / best.Throughput, SizeOf(run, scenario) / best.Size, rest.Max() - rest.Min());
    }

    /// <summary>The smallest fixed size with (nearly) the most throughput.</summary>
    private static (double Throughput, double Size) FindBest(SizingScenario scenario)
    {
        var sizes = new SortedSet<int>(new[] { 0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.2 }.Select(share => Math.Max(1, (int)Math.Round(share * scenario.Knee))));
        var sweep = sizes.Select(size => (Size: size, Throughput: Throughput(Run(scenario, null, size), scenario))).ToList();
        var most = sweep.Max(static point => point.Throughput);
        return (most, sweep.First(point => point.Throughput >= most * 0.99).Size);
    }

    private static SimulatedDatabase Run(SizingScenario scenario, ISizingPolicy? policy, int size) =>
        new SimulatedDatabase(scenario).Run(scenario.Seconds, policy, size);

    private static double Throughput(SimulatedDatabase run, SizingScenario scenario) => run.Ends.Skip(scenario.JudgedFrom).Average();

    private static double SizeOf(SimulatedDatabase run, SizingScenario scenario) => run.Sizes.Skip(scenario.JudgedFrom).Average();

    private static double Median(IEnumerable<Result> results, Func<Result, double> of) => results.Select(of).Order().ElementAt(results.Count() / 2);

    private sealed record Result(SizingScenario Scenario, double Share, double Connections, int Swing)
    {
        public bool IsMet => Share >= 0.95 && Connections <= 1.5 && Swing <= 2;

        public override string ToString() => FormattableString.Invariant(
            $"{Scenario.Name}: throughput {Share:P1}, connections {Connections:0.00} of the best size's, swing {Swing} in the last 45 s");
    }
}
