namespace Cenote.Cli.Watching;

/// <summary>
/// Shortens names so that no two look alike: servers differ at the end of their names, shards in the middle.
/// </summary>
internal static class NameCut
{
    /// <param name="names">The names, each once.</param>
    /// <param name="width">The cells for each.</param>
    /// <returns>For each name its text, at most as wide.</returns>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> names, int width)
    {
        string[] all = [.. names.Distinct(StringComparer.Ordinal)];
        var shared = SharedStart([.. all.Where(name => SafeText.Cells(SafeText.Clean(name)) > width)]);
        Func<string, string>[] ways =
        [
            name => Middle(name, width),
            name => Window(name, shared, width),
            name => SafeText.CutStart(name, width),
            name => SafeText.Cut(name, width),
        ];

        var cuts = Array.ConvertAll(ways, way => all.ToDictionary(static name => name, way, StringComparer.Ordinal));
        return cuts.MaxBy(static cut => cut.Values.Distinct(StringComparer.Ordinal).Count())!;
    }

    private static string Middle(string name, int width)
    {
        var clean = SafeText.Clean(name);
        if (SafeText.Cells(clean) <= width)
        {
            return clean;
        }

        var head = SafeText.Cut(clean, (width + 1) / 2);
        return head + SafeText.CutStart(clean, width - SafeText.Cells(head) + 1).TrimStart('…');
    }

    /// <summary>What follows the part that all long names begin with.</summary>
    private static string Window(string name, int shared, int width)
    {
        var clean = SafeText.Clean(name);
        return SafeText.Cells(clean) <= width || shared == 0 ? SafeText.Cut(clean, width) : SafeText.Cut("…" + clean[Math.Min(shared, clean.Length)..], width);
    }

    private static int SharedStart(string[] names)
    {
        if (names.Length < 2)
        {
            return 0;
        }

        string[] clean = Array.ConvertAll(names, SafeText.Clean);
        var shortest = clean.Min(static name => name.Length);
        var length = 0;
        while (length < shortest && Array.TrueForAll(clean, name => name[length] == clean[0][length]))
        {
            length++;
        }

        // Not inside of a number, nor of a pair of surrogates: 100 and 101 are read as a whole.
        while (length > 0 && (char.IsDigit(clean[0][length - 1]) || char.IsHighSurrogate(clean[0][length - 1])))
        {
            length--;
        }

        return length;
    }
}
