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
    private readonly SortedDictionary<string, GtidIntervals> _sources;

    internal GtidPosition(SortedDictionary<uint, (ulong Sequence, uint Server)> domains, SortedDictionary<string, GtidIntervals> sources)
    {
        _domains = domains;
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

        return new GtidPosition([], sources);
    }

    public override bool Covers(ReplicationPosition other)
    {
        var needed = Of(other);

        // MariaDB's sequence numbers grow along a domain, for all writing servers, and replicas commit a domain in its
        // order.
        return needed._domains.All(domain => _domains.TryGetValue(domain.Key, out var mine) && mine.Sequence >= domain.Value.Sequence)
            && needed._sources.All(source => _sources.TryGetValue(source.Key, out var mine) && mine.Covers(source.Value));
    }

    public override ReplicationPosition Combine(ReplicationPosition other)
    {
        var second = Of(other);
        var domains = new SortedDictionary<uint, (ulong Sequence, uint Server)>(_domains);
        foreach (var (domain, last) in second._domains)
        {
            domains[domain] = domains.TryGetValue(domain, out var mine) && mine.CompareTo(last) > 0 ? mine : last;
        }

        var sources = new SortedDictionary<string, GtidIntervals>(_sources, StringComparer.Ordinal);
        foreach (var (source, intervals) in second._sources)
        {
            sources[source] = sources.TryGetValue(source, out var mine) ? mine.Combine(intervals) : intervals;
        }

        return new GtidPosition(domains, sources);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (domain, (sequence, server)) in _domains)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "," : "")}{domain}-{server}-{sequence}");
        }

        foreach (var (source, intervals) in _sources)
        {
            intervals.AppendTo(text.Append(text.Length > 0 ? "," : "").Append(source));
        }

        return text.Length > 0 ? text.ToString() : Nothing;
    }

    private static GtidPosition Of(ReplicationPosition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other as GtidPosition ?? throw new ArgumentException("The position does not belong to MySQL or MariaDB.", nameof(other));
    }
}
