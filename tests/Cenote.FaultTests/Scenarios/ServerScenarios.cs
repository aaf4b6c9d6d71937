namespace Cenote.FaultTests.Scenarios;

/// <summary>What happens to servers.</summary>
internal static class ServerScenarios
{
    internal static readonly Scenario KillAndRestart = new(
        "kill -9 of the server, and restart",
        static incident => incident.Server.KillAsync(),
        static incident => incident.Server.StartAsync());

    internal static readonly IReadOnlyList<Scenario> All =
    [
        KillAndRestart,
        new("restarted read-only, then read-write", RestartReadOnlyAsync, RestartAsync) { IsFelt = static incident => incident.Crowd.Ledger.Count("statement: ReadOnlyServer") >= 5 },
        new("idle sessions ended by the administrator", SessionFaults.EndAllAsync, SessionFaults.NothingAsync) { BeginsAtRest = true, IsFelt = static _ => true },
        new("busy sessions ended by the administrator", SessionFaults.EndBusyAsync, SessionFaults.NothingAsync) { MustFail = false, NeedsPool = true, IsFelt = static _ => true },
        new("sessions ended in mid-transaction", SessionFaults.EndInTransactionAsync, SessionFaults.NothingAsync) { MustFail = false, NeedsPool = true, IsFelt = static _ => true },
        new("max_connections reached by other clients", SessionFaults.CrowdOutAsync, static incident => incident.DismissStrangersAsync())
        {
            // A full server is asked ever more seldom, so as not to take what others need: every 1 s at first, every 5
            // s at last.
            Hold = TimeSpan.FromSeconds(5),
            IsFelt = static incident => incident.Refusals >= 2,
        },
        new("password changed under the pool", SessionFaults.ChangePasswordAsync, SessionFaults.LearnPasswordAsync)
        {
            // Servers lock accounts that keep trying: from the second refusal on the pool waits between two tries, up
            // to 5 s.
            Hold = TimeSpan.FromSeconds(5),
            IsFelt = static incident => incident.Refusals >= 2,
        },
    ];

    private static async Task RestartReadOnlyAsync(Incident incident)
    {
        await incident.Server.StopAsync();
        await incident.Server.StartAsync(readOnly: true);
    }

    private static async Task RestartAsync(Incident incident)
    {
        await incident.Server.StopAsync();
        await incident.Server.StartAsync();
    }
}
