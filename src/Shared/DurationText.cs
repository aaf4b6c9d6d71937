using System.Globalization;

namespace Cenote.Shared;

/// <summary>The parser of durations in text: hours:minutes:seconds, or days first.</summary>
internal static class DurationText
{
    internal const string Expected = "a time, hours:minutes:seconds, such as 00:00:30 or 00:00:00.250, or days first, such as 1.00:00:00";

    private static readonly string[] Formats = [@"h\:m\:s", @"h\:m\:s\.FFFFFFF", @"d\.h\:m\:s", @"d\.h\:m\:s\.FFFFFFF"];

    // What TimeSpan.Parse makes of other texts is not what their authors meant: 30 is thirty days, 00:30 half an hour,
    // 24:00:00 twenty-four days.
    internal static bool TryParse(string? text, out TimeSpan duration) =>
        TimeSpan.TryParseExact(text, Formats, CultureInfo.InvariantCulture, out duration);
}
