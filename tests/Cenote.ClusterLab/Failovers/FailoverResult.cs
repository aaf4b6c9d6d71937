using Cenote.ClusterLab.Clients;

namespace Cenote.ClusterLab.Failovers;

/// <summary>What a failover did to the clients of a cluster.</summary>
internal sealed record FailoverResult(string Cluster, string Versions, string Sources)
{
    /// <summary>Whether it was run for comparison only.</summary>
    internal bool IsCompared { get; init; }

    internal required LedgerContents Clients { get; init; }

    /// <summary>From the kill until one of the other servers took writes, as the lab saw it without a pool.</summary>
    internal TimeSpan? ClusterRecovery { get; init; }

    /// <summary>From the kill until the first row was acknowledged by another server.</summary>
    internal TimeSpan? FirstWrite { get; init; }

    /// <summary>From the kill until the slowest writer had written a row to another server.</summary>
    internal TimeSpan? LastWriter { get; init; }

    /// <summary>Answered between the kill and the first write after it.</summary>
    internal int ReadsInGap { get; init; }

    /// <summary>From the restart of the killed server until it answered a read of the clients'.</summary>
    internal TimeSpan? Return { get; init; }

    /// <summary>Rows that were acknowledged and are gone.</summary>
    internal required IReadOnlyList<Write> Lost { get; init; }

    /// <summary>Rows whose writers were told of a failure, and that are there.</summary>
    internal int WrittenAllTheSame { get; init; }

    /// <summary>Answers, begun after the first write to another server, with a row that does not exist.</summary>
    internal int GhostReads { get; init; }

    /// <summary>What the clients' side noticed of the cluster.</summary>
    internal required IReadOnlyList<string> Story { get; init; }

    /// <summary>What should not have been.</summary>
    internal required IReadOnlyList<string> Problems { get; init; }

    public override string ToString() =>
        $"""
        {Cluster} ({Versions}) through {Sources}
          {Clients.Writes.Count} rows acknowledged, {Lost.Count} of them lost; {Clients.InDoubt.Count} in doubt, {WrittenAllTheSame} of these written
          cluster recovered after {Seconds(ClusterRecovery)}, first write after {Seconds(FirstWrite)}, every writer after {Seconds(LastWriter)}, longest wait {Seconds(Clients.LongestWait)}
          failed writes: {Counts(Clients.FailedWrites)}
          {Clients.Reads.Count} reads, {ReadsInGap} in the gap, {GhostReads} of rows that do not exist, longest {Seconds(Clients.LongestRead)}; failed reads: {Counts(Clients.FailedReads)}
          killed server read again {Seconds(Return)} after its restart
          {string.Join(Environment.NewLine + "  ", Story)}
          {(Problems.Count == 0 ? "held" : "BROKEN: " + string.Join(Environment.NewLine + "    ", Problems))}
        """;

    internal static string Seconds(TimeSpan? time) => time is { } known ? FormattableString.Invariant($"{known.TotalSeconds:F1} s") : "never";

    internal static string Counts(IReadOnlyDictionary<string, int> counts) =>
        string.Join(", ", counts.Select(static count => $"{count.Key} {count.Value}").DefaultIfEmpty("none"));
}
