using System.Globalization;

namespace Cenote.Diagnosing;

/// <summary>
/// Judges a pool by its numbers: first whether callers are served (this file), then, if they wait, why
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
            FindTrouble(findings, statistics, circuit, options);
        }

        // A stable sort: findings of one level stay in the order of what they mean.
        var ordered = findings.OrderByDescending(static finding => finding.Level).ToList();
        return new Diagnosis(
            statistics.PoolName,
            statistics.Time,
            ordered.Count == 0 ? DiagnosisLevel.Healthy : ordered[0].Level,
            Summarize(statistics.Counts, ordered),
            ordered);
    }

    /// <summary>Whether any try to open a connection has failed so far.</summary>
    internal bool HasFailedToOpen => engine.Desk.Meters.OpenFailures.Value > 0;

    /// <summary>What the numbers say now, for the trend.</summary>
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
    };

    /// <summary>The worst finding's, and what is behind it.</summary>
    private static string Summarize(PoolCounts counts, List<Finding> findings)
    {
        if (findings.Count == 0)
        {
            return Text($"{counts.Leased} of {counts.Limit} connections leased, {counts.Idle} idle");
        }

        var cause = findings[0].Kind == FindingKind.Saturated ? findings.Skip(1).FirstOrDefault(static finding => CauseAnalyzer.IsCause(finding.Kind)) : null;
        return cause is null ? findings[0].Summary : $"{findings[0].Summary}: {cause.Summary}";
    }

    /// <summary>States that somebody has chosen.</summary>
    private static Finding? FindState(PoolStatistics statistics) => statistics.State switch
    {
        PoolState.Closed => Unhealthy(
            FindingKind.Closed, "closed: it was disposed of and lends no more", "The pool was disposed of.", "Keep the pool for the life of the application; look for what disposes of it."),
        PoolState.Suspended => Unhealthy(
            FindingKind.Suspended, $"suspended: {Waiting(statistics)} until it is resumed", "Suspend was called.", "Call Resume."),
        PoolState.Draining => Unhealthy(
            FindingKind.Draining,
            Text($"draining: {statistics.Counts.Leased} still out; {Waiting(statistics)} until it is resumed"),
            "DrainAsync was called.",
            "Wait for the last leases, then dispose of the pool, or call Resume to fill it again."),
        _ => null,
    };

    private void FindTrouble(List<Finding> findings, PoolStatistics statistics, CircuitStatus circuit, DiagnosisOptions options)
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
                Text($"{counts}; {statistics.Timeouts} callers have run into their acquire timeout so far"),
                "See who holds the connections and for how long: return them sooner, or make the pool larger if the database has room."));
        }

        new CauseAnalyzer(engine, statistics, trend.Read(SampleOf(statistics))).Find(findings, saturation is not null);
    }

    /// <summary>Whether the database can be reached, and has what the pool needs.</summary>
    private Finding? FindReach(PoolStatistics statistics, CircuitStatus circuit)
    {
        var open = OpenIn(statistics.Counts);
        if (circuit.IsIsolated)
        {
            return Unhealthy(
                FindingKind.CircuitIsolated,
                Text($"circuit opened by hand at {Readable.Moment(circuit.StateChangedAt)}: no caller gets a connection until it is closed by hand"), "IsolateCircuit was called.", "Call CloseCircuit.");
        }

        if (circuit.State != CircuitState.Closed)
        {
            return new Finding(
                FindingKind.CircuitOpen,
                open == 0 ? DiagnosisLevel.Unhealthy : DiagnosisLevel.Degraded,
                open == 0
                    ? Text($"circuit open since {Readable.Moment(circuit.StateChangedAt)} and no connection left{Failure(statistics)}")
                    : Text($"circuit open since {Readable.Moment(circuit.StateChangedAt)}; {Readable.Count(open, "connection that is still alive serves", "connections that are still alive serve")}{Failure(statistics)}"),
                Text($"{Readable.Count(circuit.ConsecutiveFailures, "try", "tries")} in a row to open a connection failed{Failure(statistics)}."),
                (statistics.LastOpenFailure?.Recommendation ?? "Look at the database and the network to it.") + " The pool probes by itself, and serves again when it is back.");
        }

        if (open == 0 && statistics.LastOpenFailure is { } failure)
        {
            // A pool without a minimum tries again only for a caller: out of service, it would get none and stay out
            // for good.
            return new Finding(
                KindOf(failure),
                statistics.MinSize > 0 ? DiagnosisLevel.Unhealthy : DiagnosisLevel.Degraded,
                statistics.MinSize > 0 ? "no connection can be opened" + Failure(statistics) : $"no connection is open{Failure(statistics)}; the next caller tries again",
                Text($"{Readable.Count(statistics.OpenFailures, "try", "tries")} to open a connection failed so far{Failure(statistics)}."),
                RecommendationFor(failure));
        }

        if (!HasBeenFull(statistics))
        {
            // A server that is full for good must not keep a process out of service that has connections to serve with.
            var isFull = open > 0 && statistics.LastOpenFailure is { Kind: FailureKind.TooManyConnections };
            return new Finding(
                isFull ? FindingKind.ServerFull : FindingKind.NotFilled,
                isFull ? DiagnosisLevel.Degraded : DiagnosisLevel.Unhealthy,
                Text($"not filled yet: {open} of the {statistics.MinSize} connections of its minimum are open{Failure(statistics)}"),
                statistics.OpenFailures == 0
                    ? Text($"{Readable.Count(statistics.ConnectionsOpened, "connection was", "connections were")} opened so far, {Readable.Count(statistics.Counts.Opening, "is", "are")} being opened, and no try has failed.")
                    : Text($"{Readable.Count(statistics.ConnectionsOpened, "connection was", "connections were")} opened so far, {Readable.Count(statistics.OpenFailures, "try", "tries")} failed."),
                isFull ? RecommendationFor(statistics.LastOpenFailure!) : "It fills in the background; if it does not, look at the database.");
        }

        return statistics.LastOpenFailure switch
        {
            { Kind: FailureKind.InvalidCredentials } => new Finding(
                FindingKind.CredentialsRefused,
                DiagnosisLevel.Degraded,
                Text($"the database refuses the credentials; {Readable.Count(open, "connection that is still alive serves", "connections that are still alive serve")}{Failure(statistics)}"),
                Text($"{Readable.Count(statistics.OpenFailures, "try", "tries")} to open a connection failed so far."),
                "Fix the user or password, or the result of the Credentials callback, before the last connection comes of age."),
            { Kind: FailureKind.TooManyConnections } => new Finding(
                FindingKind.ServerFull,
                DiagnosisLevel.Degraded,
                Text($"the server has no more connections: {open} of {statistics.MaxSize} are open{Failure(statistics)}"),
                Text($"{Readable.Count(statistics.OpenFailures, "try", "tries")} to open a connection failed so far."),
                RecommendationFor(statistics.LastOpenFailure)),
            { Kind: FailureKind.InvalidConfiguration } => new Finding(
                FindingKind.SettingsRefused,
                DiagnosisLevel.Degraded,
                Text($"the server refuses what the settings ask for; {Readable.Count(open, "connection that is still alive serves", "connections that are still alive serve")}{Failure(statistics)}"),
                Text($"{Readable.Count(statistics.OpenFailures, "try", "tries")} to open a connection failed so far."),
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

    /// <summary>The provider's advice where it has some: it knows the settings and the server.</summary>
    private static string RecommendationFor(OpenFailure failure) => failure.Recommendation ?? failure.Kind switch
    {
        FailureKind.InvalidCredentials => "Fix the user or password, or the result of the Credentials callback.",
        FailureKind.InvalidConfiguration => "Correct the connection string; the log has what the server said (event 12).",
        FailureKind.TooManyConnections => "Raise the server's limit, or lower the sizes of the pools that share it.",
        _ => "Look at the database and the network to it; the log has what the driver said (events 11 and 12).",
    };

    /// <summary>
    /// A pool that has lost a few connections since is not "not filled yet". A minimum may be raised later.
    /// </summary>
    private bool HasBeenFull(PoolStatistics statistics) => _hasBeenFull || (_hasBeenFull = statistics.ConnectionsOpened >= statistics.MinSize);

    /// <summary>Connections that serve callers, or will in a moment.</summary>
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

    private static string Waiting(PoolStatistics statistics) => statistics.Counts.Waiting == 0
        ? "callers queue"
        : Text($"{statistics.Counts.Waiting} {(statistics.Counts.Waiting == 1 ? "caller queues" : "callers queue")}, the first for {statistics.LongestWait.TotalSeconds:0.0} s,");

    /// <summary>
    /// The kind and the time; what the driver said may name hosts and users, and goes with the exception.
    /// </summary>
    private static string Failure(PoolStatistics statistics) =>
        statistics.LastOpenFailure is { } failure ? Text($"; the last try to connect failed at {Readable.Moment(failure.Time)} ({failure.Kind})") : "";

    private static Finding Unhealthy(FindingKind kind, string summary, string evidence, string remedy) => new(kind, DiagnosisLevel.Unhealthy, summary, evidence, remedy);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
