using System.Globalization;

namespace Cenote.Shared;

/// <summary>One row of <see cref="SettingTable"/>: everything that is known of one setting of a pool.</summary>
/// <param name="Name">Its name below <see cref="ConnectionPoolOptions"/>, such as <c>MaxSize</c> or
/// <c>LeakDetection.Threshold</c>.</param>
/// <param name="Get">Reads it; <see langword="null"/> where it is not set, or where its section is off.</param>
internal sealed record SettingRow(string Name, Func<ConnectionPoolOptions, object?> Get)
{
    /// <summary>What it counts, such as <c>s</c>; empty where it is not a number.</summary>
    internal string Unit { get; init; } = "";

    /// <summary>The values that it may have, for people.</summary>
    internal string Range { get; init; } = "";

    /// <summary>What it does, in one sentence.</summary>
    internal string Meaning { get; init; } = "";

    /// <summary>The word for no value.</summary>
    internal string Absent { get; init; } = "none";

    /// <summary>
    /// Describes a value that is neither a number, a time nor a choice. Callbacks and the like are only said to be set:
    /// some know secrets.
    /// </summary>
    internal Func<object, string>? Text { get; init; }

    /// <summary>Its default, where that is more than the value of new options.</summary>
    internal string? DefaultText { get; init; }

    /// <summary>Whether a running pool follows a change.</summary>
    internal bool CanChange { get; init; }

    /// <summary>A group of settings that is set as a whole: it has no value of its own.</summary>
    internal bool IsSection { get; init; }

    /// <summary>Whether only the same object is the same value.</summary>
    internal bool IsSameByReference { get; init; }

    /// <summary>
    /// Parses a text of the configuration and sets it. <see langword="null"/> for what can only be set in code.
    /// </summary>
    internal Action<ConnectionPoolOptions, SettingText>? Parse { get; init; }

    /// <summary>
    /// Finds what is wrong with the value alone. What must agree with other settings stands beside the table.
    /// </summary>
    internal Action<OptionProblems, ConnectionPoolOptions>? Check { get; init; }

    /// <summary>The key in the configuration, below the section of the pool.</summary>
    internal string Key => Name.Replace('.', ':');

    /// <summary>The property of <see cref="ConnectionPoolOptions"/> that it is, or is part of.</summary>
    internal string Property => Name.Split('.')[0];

    internal bool IsSame(ConnectionPoolOptions left, ConnectionPoolOptions right) =>
        IsSameByReference ? ReferenceEquals(Get(left), Get(right)) : Equals(Get(left), Get(right));

    /// <summary>The value for a page or a table: durations in seconds, without the unit.</summary>
    internal string Show(ConnectionPoolOptions options) => Get(options) switch
    {
        TimeSpan time when time != Timeout.InfiniteTimeSpan => time.TotalSeconds.ToString("0.#######", CultureInfo.InvariantCulture),
        var value => Print(value),
    };

    /// <summary>The value for a sentence: durations with their units.</summary>
    internal string Print(ConnectionPoolOptions options) => Print(Get(options));

    private string Print(object? value) => value switch
    {
        null => Absent,
        _ when Text is not null => Text(value),
        TimeSpan time => Readable.Duration(time),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
