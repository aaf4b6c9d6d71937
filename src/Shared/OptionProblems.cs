using System.Globalization;

namespace Cenote.Shared;

/// <summary>The problems of some options, so that one exception can list them all.</summary>
internal sealed class OptionProblems
{
    internal static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    internal const int LargestPool = 10_000;
    internal const int LongestName = 200;

    private readonly List<string> _problems = [];

    internal IReadOnlyList<string> All => _problems;

    internal static bool IsUsableName(string name) => NameProblem(name) is null;

    /// <summary>
    /// Returns why a text cannot be a name; <see langword="null"/> when it can. Shows no more of it than one code
    /// point.
    /// </summary>
    internal static string? NameProblem(string name) =>
        name.Length is < 1 or > LongestName ? FormattableString.Invariant($"has {name.Length} characters")
        : PrintableText.FindFault(name) is { } fault ? $"contains {fault}"
        : null;

    internal void Add(string problem) => _problems.Add(problem);

    internal void AddRange(IEnumerable<string> problems) => _problems.AddRange(problems);

    /// <summary>Throws if there are problems, for options that are an argument.</summary>
    /// <exception cref="ArgumentException">There are problems; lists every one.</exception>
    internal void ThrowIfAny(string parameterName)
    {
        if (_problems.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", _problems), parameterName);
        }
    }

    internal void FindNumber(string setting, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{setting} is {value}. It must be {min:N0} to {max:N0}."));
        }
    }

    /// <summary>Checks the range of a factor, which must be a number.</summary>
    internal void FindFactor(string setting, double value, double min, double max)
    {
        if (!(value >= min && value <= max))
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{setting} is {value}. It must be {min} to {max}."));
        }
    }

    /// <summary>Checks a share, which may be absent.</summary>
    internal void FindShare(string setting, double? value)
    {
        if (value is { } share && !(share is > 0 and <= 1))
        {
            Add(FormattableString.Invariant($"{setting} is {share}. It must be above 0 and no more than 1, or null for never."));
        }
    }

    internal void FindDuration(string setting, TimeSpan value, TimeSpan min, TimeSpan max, bool mayBeInfinite = false)
    {
        if (mayBeInfinite && value == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        if (value < min || value > max)
        {
            Add($"{setting} is {Print(value)}. It must be {Readable.Duration(min)} to {Readable.Duration(max)}{(mayBeInfinite ? ", or Timeout.InfiniteTimeSpan for never" : "")}.");
        }
    }

    internal void FindChoice<T>(string setting, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add($"{setting} is {value}. It must be one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    /// <summary>Checks that one of two settings is not longer than the other.</summary>
    internal void FindLonger(string setting, TimeSpan value, string limit, TimeSpan limitValue)
    {
        if (value > limitValue)
        {
            Add($"{setting} is {Print(value)}, longer than {limit}, which is {Print(limitValue)}. Shorten {setting} or lengthen {limit}.");
        }
    }

    internal void FindSizes(int minSize, int maxSize)
    {
        FindNumber("MaxSize", maxSize, 1, LargestPool);
        if (minSize < 0)
        {
            Add($"MinSize is {minSize}. It must be 0 or more.");
        }
        else if (minSize > maxSize)
        {
            Add($"MinSize is {minSize}, larger than MaxSize, which is {maxSize}. Lower MinSize or raise MaxSize.");
        }
    }

    internal void FindMinIdle(int minIdle, int maxSize)
    {
        if (minIdle < 0)
        {
            Add($"MinIdle is {minIdle}. It must be 0 or more.");
        }
        else if (minIdle > maxSize)
        {
            Add($"MinIdle is {minIdle}, larger than MaxSize, which is {maxSize}. Lower MinIdle or raise MaxSize.");
        }
    }

    internal void FindGuarantee(int guaranteedSize, int maxSize, bool hasBudget)
    {
        if (guaranteedSize > maxSize)
        {
            Add($"GuaranteedSize is {guaranteedSize}, larger than MaxSize, which is {maxSize}. Lower GuaranteedSize or raise MaxSize.");
        }

        if (guaranteedSize > 0 && !hasBudget)
        {
            Add($"GuaranteedSize is {guaranteedSize}, but the pool has no Budget that could guarantee it. Set Budget, or set MinSize to keep connections open.");
        }
    }

    // "never" would hide why an infinite value was refused where it is not a choice.
    private static string Print(TimeSpan value) => value == Timeout.InfiniteTimeSpan ? "infinite" : Readable.Duration(value);
}
