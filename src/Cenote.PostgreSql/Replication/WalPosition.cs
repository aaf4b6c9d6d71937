using System.Globalization;

namespace Cenote.PostgreSql.Replication;

/// <summary>
/// A position in the write-ahead log, which covers everything before it. A promotion begins a new timeline, whose log
/// continues where the promoted server was: positions beyond that on the former timeline are other writes.
/// </summary>
internal sealed class WalPosition : ReplicationPosition
{
    // XLogPageHeaderData and XLogLongPageHeaderData of PostgreSQL's xlog_internal.h, on machines that align to 8 bytes.
    private const ulong PageHeader = 24;
    private const ulong SegmentHeader = 40;

    /// <summary>More failovers than happen within the life of a token.</summary>
    private const int MaxParts = 16;

    // One for each timeline, the latest first; the timeline is null when not known.
    private readonly (long? Timeline, ulong Location)[] _parts;

    /// <summary>Creates a position.</summary>
    /// <param name="location">A byte, counted from the beginning of the log.</param>
    /// <param name="timeline">The timeline of the log; <see langword="null"/> when not known.</param>
    internal WalPosition(ulong location, long? timeline = null)
        : this([(timeline, location)])
    {
    }

    private WalPosition((long? Timeline, ulong Location)[] parts) => _parts = parts;

    /// <inheritdoc/>
    public override long? Timeline => _parts[0].Timeline;

    /// <inheritdoc/>
    public override long? EarliestTimeline => _parts.Min(static part => part.Timeline);

    /// <summary>Gets whether a primary returned the position, which knows its history.</summary>
    internal bool IsOfPrimary { get; init; }

    /// <summary>
    /// Gets where the timeline of a primary began; <see langword="null"/> when not known any more.
    /// </summary>
    internal ulong? TimelineStart { get; init; }

    /// <summary>Gets the location alone; the greatest, where the writes of several timelines are meant.</summary>
    internal ulong Location => _parts.Max(static part => part.Location);

    /// <summary>
    /// Reads a location as the server writes it: two hexadecimal numbers of 32 bits. With a timeline <c>@2</c> follows.
    /// </summary>
    /// <exception cref="FormatException">The text is not a location.</exception>
    internal static WalPosition Parse(string text)
    {
        var texts = text.Split(',');
        return texts.Length <= MaxParts ? Of(texts.Select(ParsePart)) : throw Malformed();
    }

    /// <summary>
    /// Gets the end of the previous record. If the next record begins a page, the server returns the location after the
    /// page's header. A replica reports it only after that record, which may take hours after <c>pg_switch_wal</c> on a
    /// quiet server.
    /// </summary>
    internal static ulong BeforePageHeader(ulong location, ulong blockSize, ulong segmentSize)
    {
        var header = location % segmentSize < blockSize ? SegmentHeader : PageHeader;
        return location % blockSize == header ? location - header : location;
    }

    public override bool Covers(ReplicationPosition other)
    {
        var needed = Of(other);
        return Location >= needed.Location && !(Timeline < needed.Timeline) && !Excludes(needed);
    }

    public override bool Excludes(ReplicationPosition other)
    {
        var needed = Of(other);
        return IsOfPrimary && Array.Exists(needed._parts, part => part.Timeline < Timeline && !IsBeforeStart(part));
    }

    public override ReplicationPosition Combine(ReplicationPosition other) => Of(_parts.Concat(Of(other)._parts));

    public override string ToString() => string.Join(',', _parts.Select(static part => string.Create(
        CultureInfo.InvariantCulture, $"{part.Location >> 32:X}/{(uint)part.Location:X}{(part.Timeline is null ? "" : "@")}{part.Timeline}")));

    // Where the last but one timeline began is not known.
    private bool IsBeforeStart((long? Timeline, ulong Location) part) => part.Timeline == Timeline - 1 && part.Location <= TimelineStart;

    private static (long? Timeline, ulong Location) ParsePart(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var location = at < 0 ? text : text[..at];
        uint timeline = 0;
        var slash = location.IndexOf('/', StringComparison.Ordinal);
        return slash is >= 1 and <= 8 && location.Length - slash - 1 is >= 1 and <= 8
            && uint.TryParse(location.AsSpan(0, slash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            && uint.TryParse(location.AsSpan(slash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)
            && (at < 0 || (uint.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out timeline) && timeline > 0))
                ? (at < 0 ? null : timeline, ((ulong)high << 32) | low)
                : throw Malformed();
    }

    private static WalPosition Of(IEnumerable<(long? Timeline, ulong Location)> parts) => new(
    [
        .. parts
            .GroupBy(static part => part.Timeline ?? 0)
            .OrderByDescending(static group => group.Key)
            .Take(MaxParts)
            .Select(static group => (group.First().Timeline, group.Max(static part => part.Location))),
    ]);

    private static FormatException Malformed() => new("The text is not a position of PostgreSQL's write-ahead log. Positions look like 16/B374D848@2.");

    private static WalPosition Of(ReplicationPosition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other as WalPosition ?? throw new ArgumentException("The position does not belong to PostgreSQL.", nameof(other));
    }
}
