using Cenote.FaultTests.Scenarios;
using Cenote.FaultTests.Servers;

namespace Cenote.FaultTests.Reporting;

/// <summary>Runs every scenario, one after the other, and writes the table.</summary>
internal static class ReliabilityCommand
{
    /// <summary>Both drivers count their time limits in whole seconds.</summary>
    private static readonly TimeSpan ComparedDeadline = TimeSpan.FromSeconds(1);

    /// <param name="page">The page that holds the table; <see langword="null"/> to write none.</param>
    /// <param name="only">A part of the names of scenarios or databases to run; empty for all.</param>
    internal static async Task<int> RunAsync(string? page, string only)
    {
        List<ScenarioResult> results = [];
        List<ScenarioResult> compared = [];
        foreach (var start in new Func<Task<DatabaseServer>>[] { async () => await PostgreSqlServer.StartNewAsync(), async () => await MariaDbServer.StartNewAsync() })
        {
            await using var server = await start();
            foreach (var scenario in Catalogue.All.Where(scenario => IsWanted(scenario, server, only)))
            {
                results.Add(Show(await ScenarioRun.OnCenoteAsync(server, scenario, Promise.Deadline)));
            }

            if (only.Length == 0)
            {
                compared.Add(Show(await ScenarioRun.OnCenoteAsync(server, ServerScenarios.KillAndRestart, ComparedDeadline)));
                compared.Add(Show(await ScenarioRun.OnDriverAsync(server, ServerScenarios.KillAndRestart, ComparedDeadline)));
            }
        }

        return results.Any(static result => result.Problems.Count > 0) ? 1 : 0;
    }

    private static bool IsWanted(Scenario scenario, DatabaseServer server, string only) =>
        $"{scenario.Name} {server.Name}".Contains(only, StringComparison.OrdinalIgnoreCase);

    private static ScenarioResult Show(ScenarioResult result)
    {
        Console.WriteLine(result);
        return result;
    }
}
