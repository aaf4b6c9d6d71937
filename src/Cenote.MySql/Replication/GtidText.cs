namespace Cenote.MySql.Replication;

/// <summary>A reader of the texts of global transaction identifiers.</summary>
/// <remarks>
/// MariaDB: <c>domain-server-sequence</c>, separated by commas. MySQL, by "GTID Format and Storage" in its reference
/// manual: <c>uuid:[tag:]interval[:[tag:]interval]…</c>, separated by commas, spaces and line breaks allowed between
/// them; an interval is <c>first[-last]</c>; tags (since 8.3) have up to 32 letters, digits and underscores, and apply
/// to the following intervals.
/// </remarks>
internal static class GtidText
{
    private const int LongestTag = 32;

    /// <summary>Reads a list of either kind, or of both. An empty list has no transactions.</summary>
    /// <exception cref="FormatException">The text is not such a list.</exception>
    internal static GtidPosition Parse(string text)
    {
        var transactions = new List<(uint Domain, uint Server, ulong Sequence)>();
        var intervals = new Dictionary<string, List<(long First, long Last)>>(StringComparer.Ordinal);
        foreach (var part in string.IsNullOrWhiteSpace(text) ? [] : text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Contains(':', StringComparison.Ordinal))
            {
                AddSet(part, intervals);
            }
            else
            {
                transactions.Add(ReadTransaction(part));
            }
        }

        var sources = new SortedDictionary<string, GtidIntervals>(StringComparer.Ordinal);
        foreach (var (source, found) in intervals)
        {
            sources.Add(source, GtidIntervals.Of(found));
        }

        var (domains, others) = Sort(transactions);
        return new GtidPosition(domains, others, sources);
    }

    /// <summary>Returns the last transaction of each domain, and those of the other servers in it.</summary>
    internal static (SortedDictionary<uint, (ulong Sequence, uint Server)> Domains, SortedDictionary<(uint Domain, uint Server), ulong> Others) Sort(
        IEnumerable<(uint Domain, uint Server, ulong Sequence)> transactions)
    {
        var domains = new SortedDictionary<uint, (ulong Sequence, uint Server)>();
        var others = new SortedDictionary<(uint Domain, uint Server), ulong>();

        // Sequence numbers begin with 1: 0 stands for none.
        foreach (var (domain, server, sequence) in transactions.Where(static one => one.Sequence > 0))
        {
            others[(domain, server)] = Math.Max(sequence, others.GetValueOrDefault((domain, server)));
            if (!domains.TryGetValue(domain, out var last) || last.CompareTo((sequence, server)) < 0)
            {
                domains[domain] = (sequence, server);
            }
        }

        foreach (var (domain, last) in domains)
        {
            others.Remove((domain, last.Server));
        }

        return (domains, others);
    }

    private static (uint Domain, uint Server, ulong Sequence) ReadTransaction(string part)
    {
        var numbers = part.Split('-');
        if (numbers.Length != 3
            || !uint.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var domain)
            || !uint.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var server)
            || !ulong.TryParse(numbers[2], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            throw Malformed();
        }

        return (domain, server, sequence);
    }

    private static void AddSet(string part, Dictionary<string, List<(long First, long Last)>> sources)
    {
        var pieces = part.Split(':', StringSplitOptions.TrimEntries);
        if (!Guid.TryParseExact(pieces[0], "D", out var uuid))
        {
            throw Malformed();
        }

        var source = uuid.ToString();
        var hasInterval = false;
        foreach (var piece in pieces.Skip(1))
        {
            if (IsTag(piece))
            {
                source = $"{uuid}:{piece.ToLowerInvariant()}";
                hasInterval = false;
                continue;
            }

            if (!sources.TryGetValue(source, out var intervals))
            {
                sources.Add(source, intervals = []);
            }

            intervals.Add(ReadInterval(piece));
            hasInterval = true;
        }

        if (!hasInterval)
        {
            throw Malformed();
        }
    }

    private static (long First, long Last) ReadInterval(string piece)
    {
        var dash = piece.IndexOf('-', StringComparison.Ordinal);
        return long.TryParse(dash < 0 ? piece : piece.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(piece.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first >= 1
            && last >= first
                ? (first, last)
                : throw Malformed();
    }

    private static bool IsTag(string piece) =>
        piece.Length is >= 1 and <= LongestTag
        && (char.IsAsciiLetter(piece[0]) || piece[0] == '_')
        && piece.All(static character => char.IsAsciiLetterOrDigit(character) || character == '_');

    private static FormatException Malformed() =>
        new("The text is not a position of MySQL or MariaDB. Positions look like 0-1-42 or 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5.");
}
