using System.Globalization;

namespace Cenote.Shared;

/// <summary>Durations, moments and counts as people write them, for the texts of every assembly.</summary>
internal static class Readable
{
    private static readonly (long Ticks, string Unit)[] Units =
    [
        (TimeSpan.TicksPerDay, "d"), (TimeSpan.TicksPerHour, "h"), (TimeSpan.TicksPerMinute, "min"),
    ];

    /// <summary>
    /// Returns an exact duration: "250 ms", "1.5 s", "2 min 5 s", "1 d"; "never" for an infinite one.
    /// </summary>
    internal static string Duration(TimeSpan value)
    {
        if (value == Timeout.InfiniteTimeSpan)
        {
            return "never";
        }

        if (value < TimeSpan.Zero)
        {
            return value == TimeSpan.MinValue ? value.ToString() : "-" + Duration(value.Negate());
        }

        if (value > TimeSpan.Zero && value < TimeSpan.FromSeconds(1))
        {
            return FormattableString.Invariant($"{value.TotalMilliseconds:0.####} ms");
        }

        List<string> parts = [];
        var rest = value.Ticks;
        foreach (var (ticks, unit) in Units)
        {
            if (rest >= ticks)
            {
                parts.Add(FormattableString.Invariant($"{rest / ticks} {unit}"));
                rest %= ticks;
            }
        }

        if (rest > 0 || parts.Count == 0)
        {
            parts.Add(FormattableString.Invariant($"{(decimal)rest / TimeSpan.TicksPerSecond:0.#######} s"));
        }

        return string.Join(' ', parts);
    }

    /// <summary>Returns a measured duration, rounded for readers: "12 ms", "1.5 s", "2 min 5 s".</summary>
    internal static string About(TimeSpan value) => Duration(value.Duration() switch
    {
        { TotalSeconds: < 1 } => TimeSpan.FromMilliseconds(Math.Round(value.TotalMilliseconds)),
        { TotalSeconds: < 60 } => TimeSpan.FromMilliseconds(100 * Math.Round(value.TotalSeconds * 10)),
        _ => TimeSpan.FromSeconds(Math.Round(value.TotalSeconds)),
    });

    /// <summary>Returns a moment: "2026-11-29 12:05:03 UTC".</summary>
    internal static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Returns a count with its noun: "1 try", "3 tries".</summary>
    internal static string Count(long count, string one, string? many = null) =>
        FormattableString.Invariant($"{count} {(count == 1 ? one : many ?? one + "s")}");
}
