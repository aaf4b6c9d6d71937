using System.Text;

namespace Cenote.MySql.Replication;

/// <summary>
/// Global transaction identifiers: MariaDB's last one of each domain, MySQL's sets, and what a Galera cluster has
/// committed.
/// </summary>
/// <remarks>
/// One type for the three, since the servers of one application may be of two: the replica of a Galera cluster has a
/// position in MariaDB's terms. Neither covers the other then, because more cannot be known. A Galera cluster's
/// position is the set of all transactions of its state up to the last.
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

    /// <summary>Reads what <see cref="ToString"/> gave, and what the servers' variables hold.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
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

        // MariaDB's sequence numbers grow along a domain, whichever server writes to it, and replicas commit a domain
        // in its order.
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
        return other as GtidPosition ?? throw new ArgumentException("The position is none of MySQL's or MariaDB's.", nameof(other));
    }
}
