using System.Globalization;
using Cenote.Shared;

namespace Cenote.Cli.Watching;

/// <summary>
/// Numbers of the dashboard, short enough for a column. An unknown number is a dash, not zero.
/// </summary>
internal static class Amounts
{
    public const string Unknown = "–";

    /// <summary>At most four characters up to a million.</summary>
    public static string Count(int value) => value < 10_000 ? value.ToString(CultureInfo.InvariantCulture) : FormattableString.Invariant($"{value / 1000}k");

    public static string Duration(double? seconds) => seconds is { } known && double.IsFinite(known)
        ? Figures.Duration(TimeSpan.FromSeconds(Math.Clamp(known, 0, 1e9)))
        : Unknown;

    /// <summary>A small share is not zero.</summary>
    public static string Percent(double share) => (share * 100) switch
    {
        > 0 and < 0.1 => "<0.1 %",
        < 10 and var percent => percent.ToString("0.#", CultureInfo.InvariantCulture) + " %",
        var percent => percent.ToString("0", CultureInfo.InvariantCulture) + " %",
    };

    /// <summary>"HalfOpen" as "half open".</summary>
    public static string Words(string name) =>
        string.Concat(SafeText.Clean(name).Select(static (letter, index) => index > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}
