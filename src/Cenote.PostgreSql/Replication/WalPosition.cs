using System.Globalization;

namespace Cenote.PostgreSql.Replication;

/// <summary>A position in the write-ahead log, which covers everything before it.</summary>
/// <param name="location">A byte, counted from the beginning of the log.</param>
internal sealed class WalPosition(ulong location) : ReplicationPosition
{
    // XLogPageHeaderData and XLogLongPageHeaderData of PostgreSQL's xlog_internal.h, on machines that align to 8 bytes.
    private const ulong PageHeader = 24;
    private const ulong SegmentHeader = 40;

    private ulong Location { get; } = location;

    /// <summary>Reads a location as the server writes it: two hexadecimal numbers of 32 bits.</summary>
    /// <exception cref="FormatException">The text is not a location.</exception>
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
    /// Gets the end of the previous record. If the next record begins a page, the server returns the location after the
    /// page's header. A replica reports it only after that record, which may take hours after <c>pg_switch_wal</c> on a
    /// quiet server.
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
        return other as WalPosition ?? throw new ArgumentException("The position does not belong to PostgreSQL.", nameof(other));
    }
}
