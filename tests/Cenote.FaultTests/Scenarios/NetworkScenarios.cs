using Cenote.FaultTests.Proxy;

namespace Cenote.FaultTests.Scenarios;

/// <summary>What networks do.</summary>
internal static class NetworkScenarios
{
    internal static readonly IReadOnlyList<Scenario> All =
    [
        Of("30 ms of latency each way", NetworkFault.Latency) with { MustFail = false, IsFelt = static incident => incident.Connects >= 0 },
        Of("throttled to 4 KiB a second", NetworkFault.Throttle) with { MustFail = false, IsFelt = static incident => incident.Connects >= 0 },
        Of("silence after accept", NetworkFault.SilenceAfterAccept) with { IsSilent = true, IsFelt = static incident => incident.Connects >= 2 && incident.Failures >= 10 },
        Of("silence in the middle of a query", NetworkFault.SilenceMidQuery) with { IsSilent = true, IsFelt = static incident => incident.Proxy.Swallowed >= 4 && incident.Failures >= 10 },
        Of("silence after login", NetworkFault.SilenceAfterLogin) with { IsSilent = true, IsFelt = static incident => incident.Proxy.Swallowed >= 4 && incident.Failures >= 10 },
        Of("answers that come late, all at once", NetworkFault.LateAnswers) with { IsSilent = true, IsFelt = static incident => incident.Proxy.Swallowed >= 4 && incident.Failures >= 10 },
        Of("connections reset (RST)", NetworkFault.Reset) with { IsFelt = static incident => incident.Connects >= 3 && incident.Failures >= 10 },
        Of("connections refused", NetworkFault.Refusal) with { IsFelt = static incident => incident.Failures >= 20 },
        Of("half-open: the peer is gone without a FIN", NetworkFault.HalfOpen) with { IsSilent = true, IsFelt = static incident => incident.Failures >= 1 },
    ];

    private static Scenario Of(string name, NetworkFault fault) => new(
        name,
        incident =>
        {
            incident.Proxy.Begin(fault);
            return Task.CompletedTask;
        },
        static incident =>
        {
            incident.Proxy.End();
            return Task.CompletedTask;
        });
}
