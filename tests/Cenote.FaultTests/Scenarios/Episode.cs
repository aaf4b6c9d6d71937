using System.Diagnostics;

namespace Cenote.FaultTests.Scenarios;

/// <summary>From the beginning of one or more faults to the moment when every client is served again.</summary>
internal static class Episode
{
    private const int OperationsDuring = 2;
    private const int ServedAfter = 5;
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(30);

    internal static async Task RunAsync(IReadOnlyList<Scenario> scenarios, Incident incident)
    {
        var crowd = incident.Crowd;
        var atRest = scenarios.Any(static scenario => scenario.BeginsAtRest);
        if (atRest)
        {
            await crowd.StopAsync();
        }

        incident.MarkBegun();
        foreach (var scenario in scenarios)
        {
            await scenario.BeginAsync(incident);
        }

        if (atRest)
        {
            crowd.Start();
        }

        // With several faults at once, one may hide the other from the pool.
        await Patience.SoonAsync(
            () => crowd.Ledger.EachEnded(OperationsDuring) && scenarios.Any(scenario => scenario.IsFelt(incident) && (!scenario.MustFail || incident.Failures > 0)),
            "the fault is felt by every client");
        foreach (var scenario in scenarios)
        {
            await scenario.EndAsync(incident);
        }

        crowd.Ledger.MarkHealed();
        var healed = Stopwatch.GetTimestamp();
        if (!await Patience.UntilAsync(() => crowd.Ledger.EachServed(ServedAfter), RecoveryLimit))
        {
            incident.Problems.Add($"Not every client was served again within {RecoveryLimit.TotalSeconds} s.");
        }

        var recovery = crowd.Ledger.Summarize().Recovery;
        var promised = Promise.RecoveryOf(scenarios) + MachineLag.During(healed, Stopwatch.GetTimestamp());
        if (recovery is null || recovery > promised)
        {
            incident.Problems.Add($"Recovery took {recovery?.TotalMilliseconds:F0} ms, promised are {promised.TotalMilliseconds:F0}.");
        }
    }
}
