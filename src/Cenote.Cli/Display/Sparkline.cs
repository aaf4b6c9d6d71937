namespace Cenote.Cli.Display;

/// <summary>Numbers over time in one line of text.</summary>
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
}
