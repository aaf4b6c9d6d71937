using Cenote.FaultTests.Servers;

namespace Cenote.FaultTests.Scenarios;

/// <summary>What happens to servers.</summary>
internal static class ServerScenarios
{
    internal static readonly Scenario KillAndRestart = new(
        "kill -9 of the server, and restart",
        static incident => incident.Server.KillAsync(),
        static incident => incident.Server.StartAsync())
    { IsFelt = static incident => incident.Failures >= 30 };

    internal static readonly IReadOnlyList<Scenario> All =
    [
        KillAndRestart,
        new("restarted read-only, then read-write", RestartReadOnlyAsync, RestartAsync),
        new("idle sessions ended by the administrator", SessionFaults.EndAllAsync, SessionFaults.NothingAsync) { BeginsAtRest = true, IsFelt = static _ => true },
        new("busy sessions ended by the administrator", SessionFaults.EndBusyAsync, SessionFaults.NothingAsync) { MustFail = false, IsFelt = static _ => true },
        new("sessions ended in mid-transaction", SessionFaults.EndInTransactionAsync, SessionFaults.NothingAsync) { MustFail = false, IsFelt = static _ => true },
        new("max_connections reached by somebody else", SessionFaults.CrowdOutAsync, static incident => incident.DismissStrangersAsync()),
        new("password changed under the pool", SessionFaults.ChangePasswordAsync, SessionFaults.LearnPasswordAsync),
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
