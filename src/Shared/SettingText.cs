using System.Globalization;

namespace Cenote.Shared;

/// <summary>
/// One text of the configuration. An invalid text throws a <see cref="FormatException"/> whose message is the complete
/// problem.
/// </summary>
internal readonly struct SettingText(string path, string? text)
{
    internal string Path => path;

    /// <summary>Gets whether the text is empty, or JSON's null.</summary>
    internal bool IsNone => string.IsNullOrWhiteSpace(text);

    internal string? TextOrNull() => IsNone ? null : text;

    internal int Number() =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("a whole number, such as 20");

    internal double Factor() =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("a number, such as 1.5");

    internal bool Switch() =>
        bool.TryParse(text, out var isOn) ? isOn : throw Wrong("true, false, or a section with its settings");

    /// <summary>Parses names that are separated by commas.</summary>
    internal IReadOnlyCollection<string> Names() =>
        IsNone ? [] : text!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    internal TimeSpan Duration() => DurationText.TryParse(text, out var duration) ? duration : throw Wrong(DurationText.Expected);

    internal TimeSpan DurationOrInfinite() =>
        string.Equals(text, "infinite", StringComparison.OrdinalIgnoreCase) ? Timeout.InfiniteTimeSpan
        : DurationText.TryParse(text, out var duration) ? duration
        : throw Wrong(DurationText.Expected + ", or infinite");

    internal void RefuseUnlessNone(string expected)
    {
        if (!IsNone)
        {
            throw Wrong(expected);
        }
    }

    internal T OneOf<T>()
        where T : struct, Enum
    {
        var wanted = text;
        return Enum.GetNames<T>().FirstOrDefault(name => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse<T>(found)
            : throw Wrong("one of " + string.Join(", ", Enum.GetNames<T>()));
    }

    /// <summary>Parses one of some names, whatever its case.</summary>
    internal string NameOf(IEnumerable<string> names)
    {
        var wanted = text;
        return names.FirstOrDefault(name => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw Wrong("one of " + string.Join(", ", names.Order(StringComparer.Ordinal)));
    }

    private FormatException Wrong(string expected) => new($"{path} {Describe()}. It must be {expected}.");

    private string Describe() =>
        IsNone ? "has no value"
        : text!.Contains('=', StringComparison.Ordinal) ? "looks like a connection string, and is not shown"
        : $"is '{(text.Length > 40 ? text[..40] + "…" : text)}'";
}
