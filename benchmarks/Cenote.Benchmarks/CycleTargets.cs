using Cenote.Benchmarks.Waiters;
using Cenote.Reporting;

namespace Cenote.Benchmarks;

/// <summary>The targets of the pool, checked against the numbers of one run.</summary>
internal sealed class CycleTargets(IEnumerable<CycleResult> results, HandOverRounds? handOvers)
{
    private readonly Dictionary<(string, int), CycleResult> _results = results.ToDictionary(static result => (result.Name, result.Threads));

    internal IReadOnlyCollection<Target> Evaluate() => [.. CycleResult.ThreadCounts.SelectMany(EvaluateAt), EvaluateHandOvers()];

    private IEnumerable<Target> EvaluateAt(int threads) =>
    [
        Time(threads, "StubDriver.Lease", "StubDriver.Bare", 2.0, "the bare CAS + exchange"),
        NoBytes(threads, "StubDriver.Lease"),
        Time(threads, "StubDriver.LeaseAsync", "StubDriver.Bare", 2.0, "the bare CAS + exchange"),
        NoBytes(threads, "StubDriver.LeaseAsync"),
        Time(threads, "StubDriver.Connection", "PostgreSql.Own", 0.5, "Npgsql's own open + close"),
        FewerBytes(threads, "StubDriver.Connection", "PostgreSql.Own"),
        Time(threads, "StubDriver.ConnectionAsync", "PostgreSql.OwnAsync", 0.5, "Npgsql's own open + close"),
        FewerBytes(threads, "StubDriver.ConnectionAsync", "PostgreSql.OwnAsync"),
        Faster(threads, "PostgreSql.LeaseFull", "PostgreSql.Own", "Npgsql's pool (full reset)"),
        Faster(threads, "PostgreSql.LeaseFullAsync", "PostgreSql.OwnAsync", "Npgsql's pool (full reset)"),
        Faster(threads, "PostgreSql.ConnectionFull", "PostgreSql.Own", "Npgsql's pool (full reset)"),
        Faster(threads, "MySql.LeaseFull", "MySql.OwnFull", "MySqlConnector's pool (ConnectionReset=true)"),
        Faster(threads, "MySql.LeaseFullAsync", "MySql.OwnFullAsync", "MySqlConnector's pool (ConnectionReset=true)"),
        Faster(threads, "MySql.ConnectionFull", "MySql.OwnFull", "MySqlConnector's pool (ConnectionReset=true)"),
        Faster(threads, "MySql.LeaseNone", "MySql.OwnNone", "MySqlConnector's pool (ConnectionReset=false)"),
        Faster(threads, "MySql.ConnectionNone", "MySql.OwnNone", "MySqlConnector's pool (ConnectionReset=false)"),
        Faster(threads, "Sqlite.LeaseRollback", "Sqlite.Own", "Microsoft.Data.Sqlite's pool (rolls back)"),
        Faster(threads, "Sqlite.ConnectionRollback", "Sqlite.Own", "Microsoft.Data.Sqlite's pool (rolls back)"),
    ];

    private Target EvaluateHandOvers() => new(
        $"hand-over with {HandOverRounds.Many:N0} waiters queued",
        $"at most 1.25 times the time with {HandOverRounds.Few}",
        handOvers is null ? "-" : $"{handOvers.Ratio:N2} times ({handOvers.ManyNanoseconds:N0} / {handOvers.FewNanoseconds:N0} ns)",
        handOvers is null ? null : handOvers.Ratio <= 1.25);

    private Target Time(int threads, string ours, string theirs, double limit, string ofWhat) =>
        Compare(threads, ours, theirs, $"at most {limit:0.0} times {ofWhat}", ratio => ratio <= limit);

    private Target Faster(int threads, string ours, string theirs, string thanWhat) =>
        Compare(threads, ours, theirs, $"faster than {thanWhat}", static ratio => ratio < 1);

    private Target Compare(int threads, string ours, string theirs, string goal, Predicate<double> isMet)
    {
        var (own, other) = (Find(ours, threads), Find(theirs, threads));
        var ratio = own?.Nanoseconds / other?.Nanoseconds;
        var measured = ratio is null ? "-" : $"{ratio:N2} times ({own!.Nanoseconds:N1} / {other!.Nanoseconds:N1} ns)";
        return new Target(Name(ours, threads), goal, measured, ratio is { } known ? isMet(known) : null);
    }

    private Target NoBytes(int threads, string ours)
    {
        var own = Find(ours, threads);
        return new Target(Name(ours, threads), "0 B", own is null ? "-" : $"{own.Bytes:N0} B", own is null ? null : own.Bytes == 0);
    }

    private Target FewerBytes(int threads, string ours, string theirs)
    {
        var (own, other) = (Find(ours, threads), Find(theirs, threads));
        var isKnown = own is not null && other is not null;
        return new Target(
            Name(ours, threads),
            "fewer bytes than Npgsql's own",
            isKnown ? $"{own!.Bytes:N0} B / {other!.Bytes:N0} B" : "-",
            isKnown ? own!.Bytes < other!.Bytes : null);
    }

    private static string Name(string method, int threads) => $"{method}, {CycleResult.Describe(threads)}";

    private CycleResult? Find(string name, int threads) => _results.GetValueOrDefault((name, threads));
}
