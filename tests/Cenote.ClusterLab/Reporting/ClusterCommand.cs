using Cenote.ClusterLab.Clients;
using Cenote.ClusterLab.Clusters;
using Cenote.ClusterLab.Failovers;

namespace Cenote.ClusterLab.Reporting;

/// <summary>Runs one failover after the other.</summary>
internal static class ClusterCommand
{
    private static readonly IReadOnlyList<Scenario> Scenarios =
    [
        new("asynchronous", async () => await PatroniCluster.CreateAsync(isSynchronous: false), SetOfThree.Connect) { MayLose = true },
        new("synchronous", async () => await PatroniCluster.CreateAsync(isSynchronous: true), SetOfThree.Connect),
        new("galera", async () => await GaleraCluster.CreateAsync(), SetOfThree.Connect),
        new("driver", async () => await PatroniCluster.CreateAsync(isSynchronous: false), DriversOwn.Connect) { MayLose = true, IsCompared = true },
    ];

    /// <summary>Runs all, and writes what was measured into a page.</summary>
    /// <param name="page">A Markdown file with the markers.</param>
    /// <param name="report">A file for what is shown as well; its last line is read by <c>./test</c>.</param>
    internal static async Task<int> WriteAsync(string page, string report)
    {
        var failovers = new FailoverPage(page);
        await using var log = new StreamWriter(report);
        var (results, failed) = await RunAsync(Scenarios, log);
        if (failed == 0)
        {
            failovers.Write(results);
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>Runs the scenarios of the given name, and writes no page.</summary>
    internal static async Task<int> ShowAsync(string name)
    {
        var (results, failed) = await RunAsync([.. Scenarios.Where(scenario => string.Equals(scenario.Name, name, StringComparison.Ordinal))], TextWriter.Null);
        return failed == 0 && results.Count > 0 ? 0 : 1;
    }

    internal static int Explain()
    {
        Console.Error.WriteLine($"Cenote.ClusterLab run PAGE REPORT | show {string.Join(" | show ", Scenarios.Select(static scenario => scenario.Name))}");
        return 2;
    }

    private static async Task<(List<FailoverResult> Results, int Failed)> RunAsync(IReadOnlyList<Scenario> scenarios, TextWriter log)
    {
        List<FailoverResult> results = [];
        int passed = 0, failed = 0;
        foreach (var scenario in scenarios)
        {
            try
            {
                var result = await RunAsync(scenario);
                results.Add(result);
                await SayAsync(result.ToString());
                passed += result.Problems.Count == 0 && !scenario.IsCompared ? 1 : 0;
                failed += result.Problems.Count > 0 && !scenario.IsCompared ? 1 : 0;
            }
            catch (Exception exception)
            {
                // The clusters that are left still have something to say.
                failed++;
                await SayAsync($"{scenario.Name}: {exception}");
            }
        }

        await SayAsync($"cluster: {passed} passed, {failed} failed");
        return (results, failed);

        async Task SayAsync(string text)
        {
            Console.WriteLine(text);
            await log.WriteLineAsync(text);
        }
    }

    private static async Task<FailoverResult> RunAsync(Scenario scenario)
    {
        await using var cluster = await scenario.CreateAsync();
        return await new Failover(cluster, scenario).RunAsync();
    }
}
