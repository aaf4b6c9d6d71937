using System.Globalization;

namespace Cenote.Diagnosing;

/// <summary>
/// The diagnosis of a pool from its numbers: whether callers are served (this file), and the reason when they wait
/// (<see cref="CauseAnalyzer"/>).
/// </summary>
internal sealed class PoolDiagnoser(PoolEngine engine, PoolTrend trend)
{
    private volatile bool _hasBeenFull;

    internal Diagnosis Diagnose(DiagnosisOptions options)
    {
        var statistics = engine.Statistics.Read();
        var circuit = engine.Desk.GetCircuitStatus();
        List<Finding> findings = [];
        if (FindState(statistics) is { } state)
        {
            findings.Add(state);
        }
        else
        {
            FindProblems(findings, statistics, circuit, options);
        }

        // A stable sort: findings of one level stay in the order of their importance.
        var ordered = findings.OrderByDescending(static finding => finding.Level).ToList();
        return new Diagnosis(
            statistics.PoolName,
            statistics.Time,
            ordered.Count == 0 ? DiagnosisLevel.Healthy : ordered[0].Level,
            Summarize(statistics.Counts, ordered),
            ordered);
    }

    /// <summary>Gets whether an attempt to open a connection has failed so far.</summary>
    internal bool HasFailedToOpen => engine.Desk.Meters.OpenFailures.Value > 0;

    /// <summary>Gets the current numbers, for the trend.</summary>
    internal TrendSample Sample() => SampleOf(engine.Statistics.Read());

    private TrendSample SampleOf(PoolStatistics statistics) => new()
    {
        At = engine.Settings.Clock.ElapsedMilliseconds,
        Rents = statistics.Rents,
        Opened = statistics.ConnectionsOpened,
        Closed = statistics.ConnectionsClosedByReason,
        Use = engine.Statistics.ReadLatencies().Use,
        Leased = statistics.Counts.Leased,
        Waiting = statistics.Counts.Waiting,
        Limit = statistics.Counts.Limit,
        Lanes = statistics.Lanes.Count == 0 ? [] : [.. statistics.Lanes.Select(static lane => new LaneSample(lane.Rents, lane.InUse, lane is { Waiting: > 0, IsFull: true }))],
    };

    /// <summary>Gets the summary of the worst finding, with its cause.</summary>
    private static string Summarize(PoolCounts counts, List<Finding> findings)
    {
        if (findings.Count == 0)
        {
            return Text($"{counts.Leased} of {counts.Limit} connections leased, {counts.Idle} idle");
        }

        var cause = findings[0].Kind == FindingKind.Saturated ? findings.Skip(1).FirstOrDefault(static finding => CauseAnalyzer.IsCause(finding.Kind)) : null;
        return cause is null ? findings[0].Summary : $"{findings[0].Summary}: {cause.Summary}";
    }

    /// <summary>Finds states that an operator has chosen.</summary>
    private static Finding? FindState(PoolStatistics statistics) => statistics.State switch
    {
        PoolState.Closed => Unhealthy(
            FindingKind.Closed, "closed: it was disposed of", "The pool was disposed of.", "Keep the pool for the lifetime of the application, and find the code that disposes of it."),
        PoolState.Suspended => Unhealthy(
            FindingKind.Suspended, $"suspended: {Waiting(statistics)} until it is resumed", "Suspend was called.", "Call Resume."),
        PoolState.Draining => Unhealthy(
            FindingKind.Draining,
            Text($"draining: {statistics.Counts.Leased} still leased; {Waiting(statistics)} until it is resumed"),
            "DrainAsync was called.",
            "Wait for the last leases, then dispose of the pool, or call Resume to fill it again."),
        _ => null,
    };

    private void FindProblems(List<Finding> findings, PoolStatistics statistics, CircuitStatus circuit, DiagnosisOptions options)
    {
        var counts = statistics.Counts;
        if (FindReach(statistics, circuit) is { } reach)
        {
            findings.Add(reach);
        }

        var saturation = Saturation(statistics, options);
        if (saturation is not null)
        {
            findings.Add(new Finding(
                FindingKind.Saturated,
                DiagnosisLevel.Degraded,
                saturation + Holders(),
                Text($"{counts}; {statistics.Timeouts} callers reached their acquire timeout so far{Lanes(statistics)}"),
                "Check which leases hold the connections and for how long. Return them sooner, or enlarge the pool if the database has capacity."));
        }

        new CauseAnalyzer(engine, statistics, trend.Read(SampleOf(statistics))).Find(findings, saturation is not null);
    }

    /// <summary>Finds problems with reaching the database.</summary>
    private Finding? FindReach(PoolStatistics statistics, CircuitStatus circuit)
    {
        var open = OpenIn(statistics.Counts);
        if (circuit.IsIsolated)
        {
            return Unhealthy(
                FindingKind.CircuitIsolated,
                Text($"circuit isolated at {Readable.Moment(circuit.StateChangedAt)}: no caller gets a connection until it is closed"), "IsolateCircuit was called.", "Call CloseCircuit.");
        }

        if (circuit.State != CircuitState.Closed)
        {
            return new Finding(
                FindingKind.CircuitOpen,
                open == 0 ? DiagnosisLevel.Unhealthy : DiagnosisLevel.Degraded,
                open == 0
                    ? Text($"circuit open since {Readable.Moment(circuit.StateChangedAt)}, no connection left{Failure(statistics)}")
                    : Text($"circuit open since {Readable.Moment(circuit.StateChangedAt)}; {Readable.Count(open, "live connection still serves", "live connections still serve")}{Failure(statistics)}"),
                Text($"{Readable.Count(circuit.ConsecutiveFailures, "consecutive connection attempt")} failed{Failure(statistics)}."),
                (statistics.LastOpenFailure?.Recommendation ?? "Check the database and the network.") + " The pool probes the database and serves callers again when a probe succeeds.");
        }

        if (open == 0 && statistics.LastOpenFailure is { } failure)
        {
            // A pool without a minimum opens connections only for a caller. Out of service, it would get no caller and
            // stay out forever.
            return new Finding(
                KindOf(failure),
                statistics.MinSize > 0 ? DiagnosisLevel.Unhealthy : DiagnosisLevel.Degraded,
                statistics.MinSize > 0 ? "no connection can be opened" + Failure(statistics) : $"no connection is open{Failure(statistics)}; the next caller starts another attempt",
                Text($"{Readable.Count(statistics.OpenFailures, "connection attempt")} failed so far{Failure(statistics)}."),
                RecommendationFor(failure));
        }

        if (!HasBeenFull(statistics))
        {
            // A process that has connections must not stay out of service because the server stays full.
            var isFull = open > 0 && statistics.LastOpenFailure is { Kind: FailureKind.TooManyConnections };
            return new Finding(
                isFull ? FindingKind.ServerFull : FindingKind.NotFilled,
                isFull ? DiagnosisLevel.Degraded : DiagnosisLevel.Unhealthy,
                Text($"not filled yet: {open} of the {statistics.MinSize} connections of its minimum are open{Failure(statistics)}"),
                statistics.OpenFailures == 0
                    ? Text($"{Readable.Count(statistics.ConnectionsOpened, "connection was", "connections were")} opened so far, {Readable.Count(statistics.Counts.Opening, "is", "are")} being opened, and no attempt has failed.")
                    : Text($"{Readable.Count(statistics.ConnectionsOpened, "connection was", "connections were")} opened so far, {Readable.Count(statistics.OpenFailures, "attempt")} failed."),
                isFull ? RecommendationFor(statistics.LastOpenFailure!) : "The pool fills in the background. If it does not, check the database.");
        }

        return statistics.LastOpenFailure switch
        {
            { Kind: FailureKind.InvalidCredentials } => new Finding(
                FindingKind.CredentialsRefused,
                DiagnosisLevel.Degraded,
                Text($"the database rejects the credentials; {Readable.Count(open, "live connection still serves", "live connections still serve")}{Failure(statistics)}"),
                Text($"{Readable.Count(statistics.OpenFailures, "connection attempt")} failed so far."),
                "Fix the user or password, or the result of CredentialsProvider, before the last connection reaches MaxLifetime."),
            { Kind: FailureKind.TooManyConnections } => new Finding(
                FindingKind.ServerFull,
                DiagnosisLevel.Degraded,
                Text($"the server accepts no more connections: {open} of {statistics.MaxSize} are open{Failure(statistics)}"),
                Text($"{Readable.Count(statistics.OpenFailures, "connection attempt")} failed so far."),
                RecommendationFor(statistics.LastOpenFailure)),
            { Kind: FailureKind.InvalidConfiguration } => new Finding(
                FindingKind.SettingsRefused,
                DiagnosisLevel.Degraded,
                Text($"the server rejects the settings; {Readable.Count(open, "live connection still serves", "live connections still serve")}{Failure(statistics)}"),
                Text($"{Readable.Count(statistics.OpenFailures, "connection attempt")} failed so far."),
                RecommendationFor(statistics.LastOpenFailure)),
            _ => null,
        };
    }

    private static FindingKind KindOf(OpenFailure failure) => failure.Kind switch
    {
        FailureKind.InvalidCredentials => FindingKind.CredentialsRefused,
        FailureKind.InvalidConfiguration => FindingKind.SettingsRefused,
        FailureKind.TooManyConnections => FindingKind.ServerFull,
        _ => FindingKind.Unreachable,
    };

    /// <summary>
    /// Gets the provider's recommendation if it has one, because it knows the settings and the server.
    /// </summary>
    private static string RecommendationFor(OpenFailure failure) => failure.Recommendation ?? failure.Kind switch
    {
        FailureKind.InvalidCredentials => "Fix the user or password, or the result of CredentialsProvider.",
        FailureKind.InvalidConfiguration => "Correct the connection string. Log event 12 contains the server's message.",
        FailureKind.TooManyConnections => "Raise the server's limit, or lower the sizes of the pools that share it.",
        _ => "Check the database and the network. Log events 11 and 12 contain the driver's message.",
    };

    /// <summary>
    /// Gets whether the pool has ever reached its minimum size. It may lose connections later, and the minimum may be
    /// raised.
    /// </summary>
    private bool HasBeenFull(PoolStatistics statistics) => _hasBeenFull || (_hasBeenFull = statistics.ConnectionsOpened >= statistics.MinSize);

    /// <summary>Counts the connections that serve callers now or soon.</summary>
    private static int OpenIn(PoolCounts counts) => counts.Idle + counts.Leased + counts.Resetting + counts.Validating;

    private static string? Saturation(PoolStatistics statistics, DiagnosisOptions options)
    {
        var counts = statistics.Counts;
        if (counts.Waiting > 0 && (statistics.LongestWait >= options.SaturatedWaitThreshold || counts.Waiting >= counts.Limit))
        {
            return Text($"saturated: {counts.Waiting} waiting, longest {statistics.LongestWait.TotalSeconds:0.0} s, {counts.Leased} of {counts.Limit} connections leased");
        }

        return counts.Leased >= options.SaturatedUtilizationThreshold * counts.Limit
            ? Text($"nearly saturated: {counts.Leased} of {counts.Limit} connections leased, {counts.Waiting} waiting")
            : null;
    }

    private string Holders()
    {
        var sites = engine.Leases.Read().GroupBy(static lease => lease.CallSite).OrderByDescending(static site => site.Count());
        return sites.FirstOrDefault() is { } most
            ? Text($", held mostly by {most.Key}, {most.Count()} of them for up to {most.Max(static lease => lease.Age).TotalSeconds:0} s")
            : "";
    }

    private static string Lanes(PoolStatistics statistics) => statistics.Lanes.Count == 0 ? "" : $". Lanes: {string.Join("; ", statistics.Lanes)}";

    private static string Waiting(PoolStatistics statistics) => statistics.Counts.Waiting == 0
        ? "callers queue"
        : Text($"{statistics.Counts.Waiting} {(statistics.Counts.Waiting == 1 ? "caller queues" : "callers queue")}, the first for {statistics.LongestWait.TotalSeconds:0.0} s,");

    /// <summary>
    /// Describes the last failure by kind and time. The driver's message may contain hosts and users, and is in the
    /// exception.
    /// </summary>
    private static string Failure(PoolStatistics statistics) =>
        statistics.LastOpenFailure is { } failure ? Text($"; the last connection attempt failed at {Readable.Moment(failure.Time)} ({failure.Kind})") : "";

    private static Finding Unhealthy(FindingKind kind, string summary, string evidence, string recommendation) => new(kind, DiagnosisLevel.Unhealthy, summary, evidence, recommendation);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
