using Cenote.FaultTests.Scenarios;
using Microsoft.Data.Sqlite;

namespace Cenote.FaultTests.Reporting;

/// <summary>Runs every scenario, one after the other, and writes the table.</summary>
internal static class ReliabilityCommand
{
    /// <summary>Both drivers count their timeouts in whole seconds.</summary>
    private static readonly TimeSpan ComparedDeadline = TimeSpan.FromSeconds(1);

    /// <param name="page">The page that holds the table.</param>
    internal static async Task<int> WriteAsync(string page)
    {
        List<string> servers = [];
        List<ScenarioResult> results = [];
        List<ScenarioResult> compared = [];
        foreach (var start in Starts)
        {
            await using var server = await start();
            servers.Add(await server.ReadVersionAsync());
            foreach (var scenario in Catalogue.All)
            {
                results.Add(Show(await ScenarioRun.OnCenoteAsync(server, scenario, Promise.Deadline)));
            }

            compared.Add(Show(await ScenarioRun.OnCenoteAsync(server, ServerScenarios.KillAndRestart, ComparedDeadline)));
            compared.Add(Show(await ScenarioRun.OnDriverAsync(server, ServerScenarios.KillAndRestart, ComparedDeadline)));
        }

        servers.Add($"SQLite {new SqliteConnection().ServerVersion}");
        foreach (var scenario in SqliteScenarios.All)
        {
            results.Add(Show(await ScenarioRun.OnSqliteAsync(scenario, Promise.Deadline)));
        }

        new ReliabilityPage(page).Write(servers, results, compared);
        return ExitCode(results);
    }

    /// <summary>Runs what has the text in its name or its database's, and writes no page.</summary>
    internal static async Task<int> ShowAsync(string text)
    {
        List<ScenarioResult> results = [];
        foreach (var start in Starts)
        {
            await using var server = await start();
            foreach (var scenario in Catalogue.All.Where(scenario => $"{scenario.Name} {server.Name}".Contains(text, StringComparison.OrdinalIgnoreCase)))
            {
                results.Add(Show(await ScenarioRun.OnCenoteAsync(server, scenario, Promise.Deadline)));
            }
        }

        foreach (var scenario in SqliteScenarios.All.Where(scenario => $"{scenario.Name} SQLite".Contains(text, StringComparison.OrdinalIgnoreCase)))
        {
            results.Add(Show(await ScenarioRun.OnSqliteAsync(scenario, Promise.Deadline)));
        }

        return ExitCode(results);
    }

    internal static IReadOnlyList<Func<Task<DatabaseServer>>> Starts { get; } =
        [async () => await PostgreSqlServer.StartNewAsync(), async () => await MariaDbServer.StartNewAsync()];

    private static int ExitCode(List<ScenarioResult> results)
    {
        var broken = results.Count(static result => result.Problems.Count > 0);
        Console.WriteLine($"reliability: {results.Count - broken} scenarios held, {broken} broken");
        return broken == 0 && results.Count > 0 ? 0 : 1;
    }

    private static ScenarioResult Show(ScenarioResult result)
    {
        Console.WriteLine(result);
        return result;
    }
}
