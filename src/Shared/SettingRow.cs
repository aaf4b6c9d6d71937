using System.Globalization;

namespace Cenote.Shared;

/// <summary>One row of <see cref="SettingTable"/>: all that is known about one setting of a pool.</summary>
/// <param name="Name">Its name below <see cref="ConnectionPoolOptions"/>, such as <c>MaxSize</c> or
/// <c>LeakDetection.Threshold</c>.</param>
/// <param name="Get">Reads the value; <see langword="null"/> where it is not set, or where its section is off.</param>
internal sealed record SettingRow(string Name, Func<ConnectionPoolOptions, object?> Get)
{
    /// <summary>Gets the unit, such as <c>s</c>; empty where the value is not a number.</summary>
    internal string Unit { get; init; } = "";

    /// <summary>Gets the allowed values, for people.</summary>
    internal string Range { get; init; } = "";

    /// <summary>Gets the effect, in one sentence.</summary>
    internal string Meaning { get; init; } = "";

    /// <summary>Gets the word for no value.</summary>
    internal string Absent { get; init; } = "none";

    /// <summary>
    /// Gets the description of a value that is not a number, a duration or a choice. Callbacks and similar values are
    /// only shown as set, because some know secrets.
    /// </summary>
    internal Func<object, string>? Text { get; init; }

    /// <summary>Gets the default, where it is more than the value of new options.</summary>
    internal string? DefaultText { get; init; }

    /// <summary>Gets whether a running pool follows a change.</summary>
    internal bool CanChange { get; init; }

    /// <summary>Gets whether it is a group of settings that is set as a whole, without a value of its own.</summary>
    internal bool IsSection { get; init; }

    /// <summary>Gets whether only the same object is the same value.</summary>
    internal bool IsSameByReference { get; init; }

    /// <summary>
    /// Gets the function that parses a text of the configuration and sets the value; <see langword="null"/> for a value
    /// that can only be set in code.
    /// </summary>
    internal Action<ConnectionPoolOptions, SettingText>? Parse { get; init; }

    /// <summary>Gets the check of the value alone. Checks across settings are beside the table.</summary>
    internal Action<OptionProblems, ConnectionPoolOptions>? Check { get; init; }

    /// <summary>Gets the key in the configuration, below the section of the pool.</summary>
    internal string Key => Name.Replace('.', ':');

    /// <summary>Gets the property of <see cref="ConnectionPoolOptions"/> that it is, or is part of.</summary>
    internal string Property => Name.Split('.')[0];

    internal bool IsSame(ConnectionPoolOptions left, ConnectionPoolOptions right) =>
        IsSameByReference ? ReferenceEquals(Get(left), Get(right)) : Equals(Get(left), Get(right));

    /// <summary>Returns the value for a page or a table: durations in seconds, without the unit.</summary>
    internal string Show(ConnectionPoolOptions options) => Get(options) switch
    {
        TimeSpan time when time != Timeout.InfiniteTimeSpan => time.TotalSeconds.ToString("0.#######", CultureInfo.InvariantCulture),
        var value => Print(value),
    };

    /// <summary>Returns the value for a sentence: durations with their units.</summary>
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
