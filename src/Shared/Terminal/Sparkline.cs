namespace Cenote.Shared;

/// <summary>A series of numbers over time in one line of text.</summary>
internal static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>Draws the last values, one a character, from zero to the highest of them.</summary>
    public static string Draw(IReadOnlyList<double> values, int width)
    {
        var shown = values.Skip(Math.Max(0, values.Count - width)).ToArray();
        var highest = shown.DefaultIfEmpty().Max();
        return string.Concat(shown.Select(value => Levels[highest <= 0 ? 0 : (int)Math.Min(Levels.Length - 1, value / highest * Levels.Length)]));
    }

    /// <summary>Draws the last values from zero to the limit; unknown ones are blank.</summary>
    public static string Draw(IReadOnlyList<int?> values, int limit, int width) => string.Concat(values
        .TakeLast(width)
        .Select(value => value is not { } known ? ' ' : Levels[(int)Math.Clamp((long)known * Levels.Length / Math.Max(1, limit), 0, Levels.Length - 1)]))
        .PadLeft(width);
}
