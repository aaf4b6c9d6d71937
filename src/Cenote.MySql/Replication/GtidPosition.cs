using System.Text;

namespace Cenote.MySql.Replication;

/// <summary>
/// A position of global transaction identifiers: MariaDB's last one of each domain, MySQL's sets, or the last commit of
/// a Galera cluster.
/// </summary>
/// <remarks>
/// One type for all three, because the servers of one application may be of two kinds. The replica of a Galera cluster
/// has a MariaDB position. Positions of different kinds do not cover each other, because they cannot be compared. A
/// Galera cluster's position is the set of all transactions of its state up to the last.
/// </remarks>
internal sealed class GtidPosition : ReplicationPosition
{
    private const string Nothing = "none";

    private readonly SortedDictionary<uint, (ulong Sequence, uint Server)> _domains;
    private readonly SortedDictionary<(uint Domain, uint Server), ulong> _others;
    private readonly SortedDictionary<string, GtidIntervals> _sources;
    private GtidPosition? _history;

    /// <param name="domains">The last transaction of each domain.</param>
    /// <param name="others">The last ones of other servers of these domains, which are meant as well: after a failover,
    /// the last one of a domain does not imply those of the former primary.</param>
    /// <param name="sources">The transactions of each source.</param>
    internal GtidPosition(
        SortedDictionary<uint, (ulong Sequence, uint Server)> domains,
        SortedDictionary<(uint Domain, uint Server), ulong> others,
        SortedDictionary<string, GtidIntervals> sources)
    {
        _domains = domains;
        _others = others;
        _sources = sources;
    }

    /// <summary>Reads the result of <see cref="ToString"/>, or a variable of the server.</summary>
    /// <exception cref="FormatException">The text is not such a position.</exception>
    internal static GtidPosition Parse(string text) => GtidText.Parse(string.Equals(text, Nothing, StringComparison.Ordinal) ? "" : text);

    internal static GtidPosition OfGalera(Guid state, long lastCommitted)
    {
        var sources = new SortedDictionary<string, GtidIntervals>(StringComparer.Ordinal);
        if (lastCommitted >= 1)
        {
            sources.Add(state.ToString(), GtidIntervals.Of([(1, lastCommitted)]));
        }

        return new GtidPosition([], [], sources);
    }

    /// <summary>
    /// Returns the position of a server whose log has these transactions, the last of each domain and server.
    /// </summary>
    internal GtidPosition WithHistory(string transactions) => new(_domains, _others, _sources) { _history = Parse(transactions) };

    /// <summary>
    /// Gets MariaDB's last transaction of each domain, as its functions take them; <see langword="null"/> without one.
    /// </summary>
    internal string? Domains => _domains.Count > 0 && _sources.Count == 0 ? new GtidPosition(_domains, [], []).ToString() : null;

    private IEnumerable<(uint Domain, uint Server, ulong Sequence)> Transactions => _domains
        .Select(static domain => (domain.Key, domain.Value.Server, domain.Value.Sequence))
        .Concat(_others.Select(static other => (other.Key.Domain, other.Key.Server, other.Value)));

    public override bool Covers(ReplicationPosition other)
    {
        var needed = Of(other);

        // MariaDB's sequence numbers grow along a domain, for all writing servers, and replicas commit a domain in its
        // order.
        return needed.Transactions.All(one => IsAt(one) && !IsElsewhere(one))
            && needed._sources.All(source => _sources.TryGetValue(source.Key, out var mine) && mine.Covers(source.Value));
    }

    public override bool Excludes(ReplicationPosition other) => _history is not null && Of(other).Transactions.Any(one => IsAt(one) && IsElsewhere(one));

    public override ReplicationPosition Combine(ReplicationPosition other)
    {
        var second = Of(other);
        var (domains, others) = GtidText.Sort(Transactions.Concat(second.Transactions));
        var sources = new SortedDictionary<string, GtidIntervals>(_sources, StringComparer.Ordinal);
        foreach (var (source, intervals) in second._sources)
        {
            sources[source] = sources.TryGetValue(source, out var mine) ? mine.Combine(intervals) : intervals;
        }

        return new GtidPosition(domains, others, sources);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (domain, server, sequence) in Transactions)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "," : "")}{domain}-{server}-{sequence}");
        }

        foreach (var (source, intervals) in _sources)
        {
            intervals.AppendTo(text.Append(text.Length > 0 ? "," : "").Append(source));
        }

        return text.Length > 0 ? text.ToString() : Nothing;
    }

    private bool IsAt((uint Domain, uint Server, ulong Sequence) one) => _domains.TryGetValue(one.Domain, out var mine) && mine.Sequence >= one.Sequence;

    // The number alone may be another transaction, of the primary that took over.
    private bool IsElsewhere((uint Domain, uint Server, ulong Sequence) one) => _history is null
        ? _domains[one.Domain].Sequence == one.Sequence && _domains[one.Domain].Server != one.Server
        : !_history.Transactions.Any(mine => mine.Domain == one.Domain && mine.Server == one.Server && mine.Sequence >= one.Sequence);

    private static GtidPosition Of(ReplicationPosition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other as GtidPosition ?? throw new ArgumentException("The position does not belong to MySQL or MariaDB.", nameof(other));
    }
}
