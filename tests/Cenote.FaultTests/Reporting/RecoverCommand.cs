using System.Globalization;
using Cenote.FaultTests.Scenarios;

namespace Cenote.FaultTests.Reporting;

/// <summary>
/// Kills and restarts each server, round by round, under the pool and under the driver's own pool, and prints how long
/// the recovery took from the moment that the server accepted connections again. A client without a pool shows the
/// bound.
/// </summary>
internal static class RecoverCommand
{
    /// <summary>Both drivers count their timeouts in whole seconds.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    internal static async Task<int> RunAsync(int rounds)
    {
        Console.WriteLine("| database | pool | recovery, median | shortest | longest | rounds |");
        Console.WriteLine("|---|---|---|---|---|---|");
        var broken = 0;
        foreach (var start in ReliabilityCommand.Starts)
        {
            await using var server = await start();
            List<ScenarioResult> results = [];
            List<TimeSpan> bare = [];
            for (var round = 0; round < rounds; round++)
            {
                results.Add(await ScenarioRun.OnCenoteAsync(server, ServerScenarios.KillAndRestart, Deadline));
                results.Add(await ScenarioRun.OnDriverAsync(server, ServerScenarios.KillAndRestart, Deadline));
                bare.Add(await BareRecovery.MeasureAsync(server));
            }

            foreach (var result in results.Where(static result => result.Problems.Count > 0))
            {
                broken++;
                Console.Error.WriteLine(result);
            }

            foreach (var pool in results.GroupBy(static result => result.Pool, StringComparer.Ordinal))
            {
                Print(server, pool.Key, pool.Select(static result => result.Clients.Recovery));
            }

            Print(server, "none: a connect every 2 ms", bare.Select(static time => (TimeSpan?)time));
        }

        return broken == 0 ? 0 : 1;
    }

    private static void Print(DatabaseServer server, string pool, IEnumerable<TimeSpan?> recoveries)
    {
        double[] times = [.. recoveries.Select(static time => time?.TotalMilliseconds ?? double.PositiveInfinity).Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {server.Name} | {pool} | {times[times.Length / 2]:F0} ms | {times[0]:F0} ms | {times[^1]:F0} ms | {times.Length} |"));
    }
}
