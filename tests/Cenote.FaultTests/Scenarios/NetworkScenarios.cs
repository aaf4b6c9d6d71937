using Cenote.TestServers.Proxy;

namespace Cenote.FaultTests.Scenarios;

/// <summary>What networks do.</summary>
internal static class NetworkScenarios
{
    internal static readonly IReadOnlyList<Scenario> All =
    [
        Of("30 ms of latency each way", NetworkFault.Latency) with { MustFail = false, IsFelt = static _ => true },
        Of("throttled to 4 KiB a second", NetworkFault.Throttle) with { MustFail = false, IsFelt = static _ => true },
        Of("silence after accept", NetworkFault.SilenceAfterAccept) with { IsSilent = true, IsFelt = static incident => incident.Refusals >= 5 },
        Of("silence in the middle of a query", NetworkFault.SilenceMidQuery) with { IsSilent = true, IsFelt = static incident => incident.Proxy.Swallowed >= 4 && incident.Refusals >= 5 },
        Of("silence after login", NetworkFault.SilenceAfterLogin) with { IsSilent = true, IsFelt = static incident => incident.Proxy.Swallowed >= 4 && incident.Refusals >= 5 },
        Of("answers that come late, all at once", NetworkFault.LateAnswers) with { IsSilent = true, IsFelt = static incident => incident.Proxy.Swallowed >= 4 && incident.Failures >= 10 },
        Of("connections reset (RST)", NetworkFault.Reset),
        Of("connections refused", NetworkFault.Refusal),
        Of("connections refused for twelve tries", NetworkFault.Refusal) with { IsFelt = static incident => incident.Refusals >= 12 },

        // The pool may find the dead connections out by itself, while it clears or validates them: then no client is
        // told.
        Of("half-open: the peer is gone without a FIN", NetworkFault.HalfOpen) with
        {
            IsSilent = true,
            MustFail = false,
            IsFelt = static incident => incident.Failures >= 1 || incident.Connects >= 1,
        },
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
