using System.Globalization;

namespace Cenote.Shared;

/// <summary>Numbers and durations as a person reads them, short enough for a column.</summary>
internal static class Figures
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Plural(long count, string singular) => $"{Count(count)} {singular}{(count == 1 ? "" : "s")}";

    public static string Rate(double perSecond) =>
        perSecond is > 0 and < 10 ? perSecond.ToString("0.0", CultureInfo.InvariantCulture) : perSecond.ToString("N0", CultureInfo.InvariantCulture);

    public static string Seconds(TimeSpan value) => value.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + " s";

    public static string Duration(TimeSpan value) => value.TotalMicroseconds switch
    {
        0 => "0",
        < 1_000 => Format(value.TotalMicroseconds, "0", "µs"),
        < 10_000 => Format(value.TotalMilliseconds, "0.00", "ms"),
        < 100_000 => Format(value.TotalMilliseconds, "0.0", "ms"),
        < 1_000_000 => Format(value.TotalMilliseconds, "0", "ms"),
        < 100_000_000 => Format(value.TotalSeconds, "0.00", "s"),
        _ => Format(value.TotalSeconds, "0", "s"),
    };

    private static string Format(double value, string format, string unit) => value.ToString(format, CultureInfo.InvariantCulture) + " " + unit;
}
