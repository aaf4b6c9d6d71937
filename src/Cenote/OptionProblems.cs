using System.Globalization;
using Cenote.Providers;

namespace Cenote;

/// <summary>Gathers everything that is wrong with a pool's options, so that one exception can name it all.</summary>
internal sealed class OptionProblems
{
    internal static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    internal const int LargestPool = 10_000;
    internal const int LongestName = 200;

    private readonly List<string> _problems = [];

    internal void Add(string problem) => _problems.Add(problem);

    internal void ThrowIfAny(string poolName)
    {
        if (_problems.Count > 0)
        {
            throw new PoolOptionsException(poolName, _problems);
        }
    }

    internal static bool IsUsableName(string name) => NameProblem(name) is null;

    /// <summary>What keeps a text from being a name; <see langword="null"/> when nothing does. Shows nothing of it but one code point.</summary>
    internal static string? NameProblem(string name) =>
        name.Length is < 1 or > LongestName ? FormattableString.Invariant($"has {name.Length} characters")
        : PrintableText.FindFault(name) is { } fault ? $"contains {fault}"
        : null;

    internal void Find(ConnectionPoolOptions options)
    {
        _problems.AddRange(options.Problems);
        if (options.Name is { } name && NameProblem(name) is { } problem)
        {
            Add($"Name {problem}. Give it 1 to {LongestName} printable characters, or leave it null.");
        }

        FindSizes(options.MinSize, options.MaxSize);
        FindDuration(nameof(options.AcquireTimeout), options.AcquireTimeout, ShortestWait, LongestWait);
        FindDuration(nameof(options.MaxIdleTime), options.MaxIdleTime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), mayBeInfinite: true);
        FindDuration(nameof(options.MaxLifetime), options.MaxLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), mayBeInfinite: true);
        FindDuration(nameof(options.ValidationInterval), options.ValidationInterval, TimeSpan.FromSeconds(1), LongestWait, mayBeInfinite: true);
        FindDuration(nameof(options.ValidationTimeout), options.ValidationTimeout, ShortestWait, TimeSpan.FromMinutes(10));
        FindDuration(nameof(options.ConnectTimeout), options.ConnectTimeout, ShortestWait, TimeSpan.FromMinutes(10));
        FindNumber(nameof(options.OpenRetries), options.OpenRetries, 0, 100);
        FindDuration(nameof(options.OpenRetryMaxDelay), options.OpenRetryMaxDelay, TimeSpan.Zero, LongestWait);
        FindDuration(nameof(options.OpenRetryBaseDelay), options.OpenRetryBaseDelay, TimeSpan.Zero, LongestWait);
        if (options.OpenRetryBaseDelay > options.OpenRetryMaxDelay)
        {
            Add($"OpenRetryBaseDelay is {options.OpenRetryBaseDelay}, longer than OpenRetryMaxDelay, which is {options.OpenRetryMaxDelay}. Shorten the one or lengthen the other.");
        }

        FindNumber(nameof(options.MaxConcurrentOpens), options.MaxConcurrentOpens, 1, 1000);
        options.CircuitBreaker?.Find(this);
        options.QueueShedding?.Find(this);
        FindNumber(nameof(options.MaxWaiters), options.MaxWaiters ?? 1, 1, 1_000_000);
        if (options.QueryTimeout is { } queryTimeout)
        {
            FindDuration(nameof(options.QueryTimeout), queryTimeout, ShortestWait, LongestWait);
        }

        FindDefined(nameof(options.Startup), options.Startup);
        FindDefined(nameof(options.ResetMode), options.ResetMode);
        FindDefined(nameof(options.SessionClearing), options.SessionClearing ?? SessionClearing.OwnReset);
        FindDefined(nameof(options.AmbientTransactions), options.AmbientTransactions ?? AmbientTransactions.Throw);
        FindDefined(nameof(options.NestedRents), options.NestedRents);
        FindLeakDetection(options.LeakDetection);
        options.StatementStatistics?.Find(this);
        FindNumber(nameof(options.EventHistory), options.EventHistory, 0, 100_000);
        FindDuration(nameof(options.SlowAcquire), options.SlowAcquire ?? ShortestWait, ShortestWait, LongestWait);
        if (options.TimeProvider is null)
        {
            Add("TimeProvider is null. Leave it at TimeProvider.System.");
        }
    }

    internal void Find(WorkRetryOptions options)
    {
        FindNumber(nameof(options.MaxRetries), options.MaxRetries, 1, 100);
        FindDuration(nameof(options.MaxDelay), options.MaxDelay, TimeSpan.Zero, LongestWait);
        FindDuration(nameof(options.BaseDelay), options.BaseDelay, TimeSpan.Zero, LongestWait);
        FindDuration(nameof(options.Deadline), options.Deadline, ShortestWait, LongestWait);
        if (options.BaseDelay > options.MaxDelay)
        {
            Add($"BaseDelay is {options.BaseDelay}, longer than MaxDelay, which is {options.MaxDelay}. Shorten the one or lengthen the other.");
        }
    }

    private void FindLeakDetection(LeakDetectionOptions? leaks)
    {
        if (leaks is null)
        {
            Add("LeakDetection is null. Leave it as it is: nothing is looked for until one of its settings is set.");
            return;
        }

        var least = TimeSpan.FromSeconds(1);
        FindDuration("LeakDetection.Threshold", leaks.Threshold ?? least, least, LongestWait);
        FindDuration("LeakDetection.RevokeAfter", leaks.RevokeAfter ?? least, least, LongestWait);
        FindNumber("LeakDetection.StackSampling", leaks.StackSampling, 0, 1_000_000);
        if (leaks.RevokeAfter < leaks.Threshold)
        {
            Add($"LeakDetection.RevokeAfter is {leaks.RevokeAfter}, shorter than LeakDetection.Threshold, which is {leaks.Threshold}: a lease would be revoked before it is suspected. Lengthen the one or shorten the other.");
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
            Add($"MinSize is {minSize}, larger than MaxSize, which is {maxSize}. Lower the one or raise the other.");
        }
    }

    internal void FindNumber(string setting, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{setting} is {value}. It must be {least:N0} to {most:N0}."));
        }
    }

    internal void FindDuration(string setting, TimeSpan value, TimeSpan least, TimeSpan most, bool mayBeInfinite = false)
    {
        if (mayBeInfinite && value == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        if (value < least || value > most)
        {
            Add($"{setting} is {Readable.Duration(value)}. It must be {Readable.Duration(least)} to {Readable.Duration(most)}{(mayBeInfinite ? ", or Timeout.InfiniteTimeSpan for never" : "")}.");
        }
    }

    private void FindDefined<T>(string setting, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add($"{setting} is {value}. It must be one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }
}
