using System.Globalization;

namespace Cenote.ReadReplicas.Diagnosing;

/// <summary>Diagnoses a set by its numbers.</summary>
internal static class ReplicaSetDiagnoser
{
    internal static Diagnosis Diagnose(ReplicaSetStatistics statistics)
    {
        List<Finding> findings = [];
        if (statistics.Primary is null || statistics.Servers.FirstOrDefault(server => server.Name == statistics.Primary) is { State: not ReplicaSetServerState.Serving })
        {
            findings.Add(NoPrimary(statistics));
        }

        var replicas = statistics.Servers.Where(server => server.Name != statistics.Primary).ToList();
        var serving = replicas.Count(static server => server is { State: ReplicaSetServerState.Serving, Role: not ServerRole.Primary });
        if (replicas.Count > 0 && serving == 0)
        {
            findings.Add(new Finding(
                FindingKind.NoReplica,
                DiagnosisLevel.Degraded,
                Text($"no replica serves: reads fall onto the primary, {statistics.CurrentReadsOnPrimary} now"),
                Text($"{statistics.ReadsOnPrimary} reads were served by the primary so far, {statistics.ReadsRefused} refused. {Reasons(replicas)}"),
                "Look at the replicas and at their replication. MaxReadsOnPrimary says how many reads the primary takes meanwhile."));
        }
        else
        {
            findings.AddRange(replicas.Where(static server => server.State != ReplicaSetServerState.Serving).Select(Out));
        }

        findings.AddRange(statistics.Servers.Where(static server => server.HasMultipleServers).Select(Several));
        return new Diagnosis(
            statistics.SetName,
            statistics.Time,
            findings.Count == 0 ? DiagnosisLevel.Healthy : findings.Max(static finding => finding.Level),
            findings.Count == 0 ? Healthy(statistics, replicas.Count) : findings[0].Summary,
            findings);
    }

    private static Finding NoPrimary(ReplicaSetStatistics statistics) => new(
        FindingKind.NoPrimary,
        DiagnosisLevel.Unhealthy,
        statistics.Primary is null ? "no primary: writers wait, then fail" : $"the primary {statistics.Primary} does not serve: writers wait, then fail",
        Text($"{statistics.WritesRefused} writes were refused so far. {Reasons(statistics.Servers)}"),
        "Look at the primary, or promote a replica: the set finds a promoted one by itself.");

    private static Finding Out(ReplicaSetServerStatistics server) => new(
        FindingKind.ReplicaEvicted,
        DiagnosisLevel.Degraded,
        $"{server.Name} is out: {server.Reason}",
        Text($"{server.Name} is {server.State}, left the rotation {Readable.Count(server.Evictions, "time")}, {server.ProbeFailures} of {Readable.Count(server.Probes, "probe")} failed."),
        "Look at that server and its replication. It returns by itself when it answers and has caught up.");

    private static Finding Several(ReplicaSetServerStatistics server) => new(
        FindingKind.MultipleServers,
        DiagnosisLevel.Degraded,
        $"the address of {server.Name} leads to several servers",
        $"Two questions to {server.Name} were answered by two servers that run at once. Causal reads may be stale, and writes may reach a replica.",
        "Give the set one address for each server, and nothing between that spreads connections or statements: the set does that itself.");

    private static string Healthy(ReplicaSetStatistics statistics, int replicas) => replicas == 0
        ? $"primary {statistics.Primary}, no replicas"
        : Text($"primary {statistics.Primary}, {replicas} of {replicas} replicas serve");

    private static string Reasons(IEnumerable<ReplicaSetServerStatistics> servers) =>
        string.Join(" ", servers.Where(static server => server.Reason.Length > 0).Select(static server => $"{server.Name}: {server.Reason}."));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
