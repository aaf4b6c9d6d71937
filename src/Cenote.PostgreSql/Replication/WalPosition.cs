using System.Globalization;

namespace Cenote.PostgreSql.Replication;

/// <summary>A place in the write-ahead log: everything before it.</summary>
/// <param name="location">A byte, counted from the beginning of the log.</param>
internal sealed class WalPosition(ulong location) : ReplicationPosition
{
    // XLogPageHeaderData and XLogLongPageHeaderData of PostgreSQL's xlog_internal.h, on machines that align to 8 bytes.
    private const ulong PageHeader = 24;
    private const ulong SegmentHeader = 40;

    private ulong Location { get; } = location;

    /// <summary>Reads a location as the server writes it: two hexadecimal numbers of 32 bits.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static WalPosition Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash is >= 1 and <= 8 && text.Length - slash - 1 is >= 1 and <= 8
            && uint.TryParse(text.AsSpan(0, slash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            && uint.TryParse(text.AsSpan(slash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)
                ? new WalPosition(((ulong)high << 32) | low)
                : throw new FormatException("The text is not a position of PostgreSQL's write-ahead log. Positions look like 16/B374D848.");
    }

    /// <summary>
    /// The place at which the record before this one ended. Where the next record will begin a page, the server gives
    /// the place behind the page's header; a replica never reports it before that record has come, which after
    /// <c>pg_switch_wal</c> on a quiet server may take hours.
    /// </summary>
    internal WalPosition BeforePageHeader(ulong blockSize, ulong segmentSize)
    {
        var header = Location % segmentSize < blockSize ? SegmentHeader : PageHeader;
        return Location % blockSize == header ? new WalPosition(Location - header) : this;
    }

    public override bool Covers(ReplicationPosition other) => Location >= Of(other).Location;

    public override ReplicationPosition Combine(ReplicationPosition other) => Covers(other) ? this : other;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Location >> 32:X}/{(uint)Location:X}");

    private static WalPosition Of(ReplicationPosition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other as WalPosition ?? throw new ArgumentException("The position is none of PostgreSQL's.", nameof(other));
    }
}
