using System.Text;

namespace Cenote.Shared;

/// <summary>
/// A pool's connections as a bar, by state. Shapes differ as well as colours, so that it can be read without colour.
/// </summary>
internal static class ConnectionBar
{
    /// <param name="counts">The connections.</param>
    /// <param name="width">The maximum number of characters.</param>
    /// <param name="isFixed">Whether the bar has exactly this width, for a column of bars.</param>
    public static string Markup(PoolCounts counts, int width, bool isFixed = false)
    {
        var slots = Math.Max(1, Math.Max(counts.Limit, counts.Total));

        // One connection is a whole number of characters where there is room; else each state gets its share.
        var perSlot = slots <= width && !isFixed ? width / slots : (double)width / slots;
        var bar = new StringBuilder();
        var seen = 0;
        var drawn = 0;
        foreach (var state in States)
        {
            seen += state.Count(counts);
            var end = (int)Math.Round(seen * perSlot);
            Append(bar, state.Glyph, state.Colour, end - drawn);
            drawn = end;
        }

        Append(bar, '·', "grey", (int)Math.Round(slots * perSlot) - drawn);
        return bar.ToString();
    }

    public static string Legend(PoolCounts counts) =>
        string.Join("  ", States.Where(state => state.Always || state.Count(counts) > 0)
            .Select(state => FormattableString.Invariant($"[{state.Colour}]{state.Glyph}[/] {state.Count(counts)} {state.Name}")));

    /// <summary>Returns the legend for several bars, without numbers, which would be too wide in sum.</summary>
    public static string Key(IReadOnlyList<PoolCounts> pools) =>
        string.Join("  ", States.Where(state => state.Always || pools.Any(counts => state.Count(counts) > 0))
            .Select(state => $"[{state.Colour}]{state.Glyph}[/] {state.Name}"));

    private static readonly ConnectionState[] States =
    [
        new("leased", '█', "green", Always: true, counts => counts.Leased),
        new("resetting", '▓', "aqua", Always: true, counts => counts.Resetting),
        new("validating", '▓', "fuchsia", Always: false, counts => counts.Validating),
        new("opening", '▒', "yellow", Always: true, counts => counts.Opening),
        new("closing", '▒', "red", Always: false, counts => counts.Closing),
        new("idle", '░', "blue", Always: true, counts => counts.Idle),
    ];

    private static void Append(StringBuilder bar, char glyph, string colour, int length)
    {
        if (length > 0)
        {
            bar.Append('[').Append(colour).Append(']').Append(glyph, length).Append("[/]");
        }
    }

    private sealed record ConnectionState(string Name, char Glyph, string Colour, bool Always, Func<PoolCounts, int> Count);
}
