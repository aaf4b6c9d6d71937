using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.Shared;

/// <summary>
/// The table of a pool's settings. Validation, <see cref="ConnectionPool.GetSettings"/>, the keys of the configuration,
/// the changes of a running pool and the table in <c>docs/settings.md</c> are loops over it.
/// </summary>
internal static class SettingTable
{
    private const string Connections = "connections";
    private const string Seconds = "s";
    private const string Tries = "tries";
    private const string Off = "off";

    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    internal static IReadOnlyList<SettingRow> Rows { get; } =
    [
        new("Name", options => options.Name)
        {
            Range = "1 to 200 printable characters", Absent = "database system and database",
            Meaning = "The pool's name in logs, statistics and exceptions.",
            Check = CheckName,
        },
        // Its check is FindSizes, beside the table.
        new("MinSize", options => options.MinSize)
        {
            Unit = Connections, Range = "0 to MaxSize", CanChange = true,
            Meaning = "Connections kept open at all times.",
            Parse = (options, text) => options.MinSize = text.Number(),
        },
        new("MaxSize", options => options.MaxSize)
        {
            Unit = Connections, Range = "1 to 10,000", CanChange = true,
            Meaning = "The maximum number of open connections.",
            Parse = (options, text) => options.MaxSize = text.Number(),
        },
        new("MinIdle", options => options.MinIdle)
        {
            Unit = Connections, Range = "0 to MaxSize", CanChange = true,
            Meaning = "Connections kept idle beyond those leased, as far as the size allows.",
            Parse = (options, text) => options.MinIdle = text.Number(),
            Check = (problems, options) => problems.FindMinIdle(options.MinIdle, options.MaxSize),
        },
        new("Budget", options => options.Budget)
        {
            Range = "a ConnectionBudget", IsSameByReference = true, Text = value => ((ConnectionBudget)value).Name,
            Meaning = "The budget of connections that the pool shares with others.",
        },
        Number("GuaranteedSize", options => options.GuaranteedSize, (options, value) => options.GuaranteedSize = value, 0, OptionProblems.LargestPool) with
        {
            Unit = Connections, Range = "0 to MaxSize", CanChange = true,
            Meaning = "Connections of the budget that are kept free for the pool; MinSize counts where it is larger.",
        },
        new("SizingPolicy", options => options.SizingPolicy)
        {
            Range = "an ISizingPolicy", Absent = "fixed", IsSameByReference = true, Text = value => value.GetType().Name,
            Meaning = "The policy that moves the size between MinSize and MaxSize.",
        },
        Duration("AcquireTimeout", options => options.AcquireTimeout, (options, value) => options.AcquireTimeout = value, Millisecond, Day) with
        {
            CanChange = true,
            Meaning = "The timeout of a rent: queueing, retries and connecting together.",
        },
        DurationOrInfinite("MaxIdleTime", options => options.MaxIdleTime, (options, value) => options.MaxIdleTime = value, 30 * Day) with
        {
            Meaning = "Connections unused for this long are closed, down to MinSize.",
        },
        DurationOrInfinite("MaxLifetime", options => options.MaxLifetime, (options, value) => options.MaxLifetime = value, 30 * Day) with
        {
            Meaning = "Connections older than this are replaced.",
        },
        new("LifetimeJitter", options => options.LifetimeJitter)
        {
            Range = "0 to 0.5", CanChange = true,
            Meaning = "The share of a lifetime, or of the time until credentials expire, by which connections are replaced early at random.",
            Parse = (options, text) => options.LifetimeJitter = text.Factor(),
            Check = (problems, options) => problems.FindFactor("LifetimeJitter", options.LifetimeJitter, 0, 0.5),
        },
        DurationOrInfinite("ValidationInterval", options => options.ValidationInterval, (options, value) => options.ValidationInterval = value, Day) with
        {
            Meaning = "A connection idle and unvalidated for this long is validated before it is rented.",
        },
        Duration("ValidationTimeout", options => options.ValidationTimeout, (options, value) => options.ValidationTimeout = value, Millisecond, 10 * Minute) with
        {
            CanChange = true,
            Meaning = "The timeout of a validation, or of the reset of a session.",
        },
        OptionalDuration("QueryTimeout", options => options.QueryTimeout, (options, value) => options.QueryTimeout = value, Millisecond) with
        {
            Absent = "the driver's",
            Meaning = "The timeout of a statement.",
        },
        Duration("ConnectTimeout", options => options.ConnectTimeout, (options, value) => options.ConnectTimeout = value, Millisecond, 10 * Minute) with
        {
            Meaning = "The timeout of one attempt to connect.",
        },
        Number("MaxOpenRetries", options => options.MaxOpenRetries, (options, value) => options.MaxOpenRetries = value, 0, 100) with
        {
            Unit = Tries,
            Meaning = "How often a failed open is tried again before its failure is reported.",
        },
        Duration("OpenRetryBaseDelay", options => options.OpenRetryBaseDelay, (options, value) => options.OpenRetryBaseDelay = value, TimeSpan.Zero, Day) with
        {
            Range = "0 to OpenRetryMaxDelay",
            Meaning = "The delay before the first retry of an open.",
        },
        Duration("OpenRetryMaxDelay", options => options.OpenRetryMaxDelay, (options, value) => options.OpenRetryMaxDelay = value, TimeSpan.Zero, Day) with
        {
            Meaning = "The longest delay between two attempts to open a connection.",
        },
        Number("MaxConcurrentOpens", options => options.MaxConcurrentOpens, (options, value) => options.MaxConcurrentOpens = value, 1, 1000) with
        {
            Unit = Connections,
            Meaning = "The maximum number of connections that are being opened at once for waiting callers; 16 at most for others. It halves with each failure and doubles with each success.",
        },
        Choice("StartupMode", options => options.StartupMode, (options, value) => options.StartupMode = value) with
        {
            Meaning = "What the constructor does when the database is not available.",
        },
        new("CircuitBreaker", options => options.CircuitBreaker is null ? null : "on")
        {
            IsSection = true, Absent = Off, Range = "CircuitBreakerOptions, or null for off",
            Meaning = "When the pool stops opening connections, and how it probes for the recovery of the database.",
            Parse = (options, text) => options.CircuitBreaker = text.Switch() ? options.CircuitBreaker ?? new CircuitBreakerOptions() : null,
        },
        BreakerNumber("FailureThreshold", breaker => breaker.FailureThreshold, (breaker, value) => breaker.FailureThreshold = value, 1000) with
        {
            Meaning = "Consecutive failed attempts to connect that open the circuit.",
        },
        BreakerNumber("SuccessThreshold", breaker => breaker.SuccessThreshold, (breaker, value) => breaker.SuccessThreshold = value, 100) with
        {
            Meaning = "Consecutive successes that close the circuit again.",
        },
        BreakerDuration("BreakDuration", breaker => breaker.BreakDuration, (breaker, value) => breaker.BreakDuration = value) with
        {
            Range = "1 ms to MaxBreakDuration",
            Meaning = "The time from the opening of the circuit to its first probe.",
        },
        BreakerDuration("MaxBreakDuration", breaker => breaker.MaxBreakDuration, (breaker, value) => breaker.MaxBreakDuration = value) with
        {
            Range = "BreakDuration to 1 h",
            Meaning = "The longest time between two probes.",
        },
        new("CircuitBreaker.BackoffMultiplier", options => options.CircuitBreaker?.BackoffMultiplier)
        {
            Unit = "times", Range = "1 to 10", Absent = Off,
            Meaning = "The factor by which the time to the next probe grows after each failed one.",
            Parse = (options, text) => SetBreaker(options, breaker => breaker.BackoffMultiplier = text.Factor()),
            Check = (problems, options) => problems.FindFactor("CircuitBreaker.BackoffMultiplier", options.CircuitBreaker?.BackoffMultiplier ?? 1, 1, 10),
        },
        new("MaxWaiters", options => options.MaxWaiters)
        {
            Unit = "callers", Range = "1 to 1,000,000", CanChange = true,
            Meaning = "The maximum number of waiting callers; further ones are rejected.",
            Parse = (options, text) => options.MaxWaiters = text.IsNone ? null : text.Number(),
            Check = (problems, options) => problems.FindNumber("MaxWaiters", options.MaxWaiters ?? 1, 1, 1_000_000),
        },
        new("LoadShedding", options => options.LoadShedding is null ? null : "on")
        {
            IsSection = true, Range = "LoadSheddingOptions",
            Meaning = "Rejects callers while waiting times stay above the target (CoDel).",
            Parse = (options, text) => options.LoadShedding = text.Switch() ? options.LoadShedding ?? new LoadSheddingOptions() : null,
        },
        SheddingDuration("TargetDelay", shedding => shedding.TargetDelay, (shedding, value) => shedding.TargetDelay = value) with
        {
            Meaning = "The wait that is always acceptable (0.005 s when shedding is on).",
        },
        SheddingDuration("Interval", shedding => shedding.Interval, (shedding, value) => shedding.Interval = value) with
        {
            Meaning = "How long waits must stay above the target before callers are rejected (0.1 s when shedding is on).",
        },
        new("Lanes", options => options.Lanes is { Count: > 0 } lanes ? string.Join("; ", lanes) : null)
        {
            Range = "a section for each lane: Weight, Reserve, MaxSize, MaxWaiters, LoadShedding",
            Meaning = "Named shares of the connections and of the queue.",
            Parse = (_, text) => text.RefuseUnlessNone("a section with a section for each lane"),
            Check = LaneProblems.Find,
        },
        new("DefaultLane", options => options.DefaultLane)
        {
            Range = "the name of a lane", Absent = "the first",
            Meaning = "The lane of callers that choose none.",
            Parse = (options, text) => options.DefaultLane = text.TextOrNull(),
        },
        Choice("ResetMode", options => options.ResetMode, (options, value) => options.ResetMode = value) with
        {
            Meaning = "What is reset in a session between two leases.",
        },
        new("WhenDirty", options => options.WhenDirty is null ? null : "on")
        {
            IsSection = true, DefaultText = "nothing", Range = "WhenDirtyOptions",
            Meaning = "What leaves no trace in a session, for ResetMode.WhenDirty.",
            Parse = (_, text) => text.RefuseUnlessNone("a section with its settings"),
            Check = CheckWhenDirty,
        },
        new("WhenDirty.HarmlessFunctions", options => options.WhenDirty?.HarmlessFunctions is { Count: > 0 } functions ? string.Join(", ", functions) : null)
        {
            Range = "names, separated by commas",
            Meaning = "Functions that leave no trace in a session, for ResetMode.WhenDirty.",
            Parse = (options, text) => options.WhenDirty.HarmlessFunctions = text.Names(),
        },
        new("WhenDirty.KeepGeneratedKeys", options => options.WhenDirty?.KeepGeneratedKeys == true)
        {
            Range = "true, false",
            Text = value => value is true ? "true" : "false",
            Meaning = "Whether the last generated key may stay in a session after an INSERT, for ResetMode.WhenDirty.",
            Parse = (options, text) => options.WhenDirty.KeepGeneratedKeys = text.Switch(),
        },
        new("WhenDirty.KeepSessionContexts", options => options.WhenDirty?.KeepSessionContexts == true)
        {
            Range = "true, false",
            Text = value => value is true ? "true" : "false",
            Meaning = "Whether a clean session keeps its session context for a later lease, for ResetMode.WhenDirty.",
            Parse = (options, text) => options.WhenDirty.KeepSessionContexts = text.Switch(),
        },
        OptionalChoice<SessionReset>("SessionReset", options => options.SessionReset, (options, value) => options.SessionReset = value) with
        {
            Meaning = "What resets a session after its lease.",
        },
        OptionalChoice<AmbientTransactionBehavior>("AmbientTransactionBehavior", options => options.AmbientTransactionBehavior, (options, value) => options.AmbientTransactionBehavior = value) with
        {
            Meaning = "What happens when a connection is requested within a TransactionScope.",
        },
        InCode("CredentialsProvider", options => options.CredentialsProvider) with
        {
            Range = "thread-safe callback",
            Meaning = "A callback that returns a user and password for every open.",
        },
        InCode("SessionContextProvider", options => options.SessionContextProvider) with
        {
            Range = "thread-safe callback",
            Meaning = "A callback that returns the session context of a rent, instead of that of the flow.",
        },
        InCode("FailureClassifier", options => options.FailureClassifier) with
        {
            Range = "thread-safe callback",
            Meaning = "A callback that classifies failures.",
        },
        new("LeakDetection", options => options.LeakDetection is null ? null : "on")
        {
            IsSection = true, DefaultText = "nothing is looked for", Range = "LeakDetectionOptions",
            Meaning = "How the pool treats connections that are not returned.",
            Parse = (_, text) => text.RefuseUnlessNone("a section with its settings"),
            Check = CheckLeakDetection,
        },
        OptionalDuration("LeakDetection.Threshold", options => options.LeakDetection?.Threshold, (options, value) => options.LeakDetection.Threshold = value, Second) with
        {
            CanChange = true,
            Meaning = "Leases held longer are reported as suspected leaks.",
        },
        OptionalDuration("LeakDetection.RevokeAfter", options => options.LeakDetection?.RevokeAfter, (options, value) => options.LeakDetection.RevokeAfter = value, Second) with
        {
            CanChange = true, Absent = "never",
            Meaning = "Leases held longer are revoked.",
        },
        Number("LeakDetection.StackSamplingInterval", options => options.LeakDetection?.StackSamplingInterval ?? 0, (options, value) => options.LeakDetection.StackSamplingInterval = value, 0, 1_000_000) with
        {
            Unit = "rents", CanChange = true,
            Meaning = "About one rent in this many records its call stack; 0 for none.",
        },
        Choice("NestedRentBehavior", options => options.NestedRentBehavior, (options, value) => options.NestedRentBehavior = value) with
        {
            Meaning = "What happens when one flow rents a second connection while it holds one.",
        },
        Number("EventHistoryCapacity", options => options.EventHistoryCapacity, (options, value) => options.EventHistoryCapacity = value, 0, 100_000) with
        {
            Unit = "events",
            Meaning = "The number of events that the pool keeps.",
        },
        OptionalDuration("SlowAcquireThreshold", options => options.SlowAcquireThreshold, (options, value) => options.SlowAcquireThreshold = value, Millisecond) with
        {
            Meaning = "A caller that waited at least this long is recorded as an event.",
        },
        new("ServerDiagnosis", options => options.ServerDiagnosis)
        {
            Range = "true, false",
            Text = value => value is true ? "true" : "false",
            Meaning = "Whether a saturated pool queries the server for the sessions of its leases.",
            Parse = (options, text) => options.ServerDiagnosis = text.Switch(),
        },
        new("CommitTable", options => options.CommitTable)
        {
            Range = "a name, with or without a schema",
            Meaning = "The table that shows whether a commit without an answer had succeeded (ResolveUnknownCommits).",
            Parse = (options, text) => options.CommitTable = text.TextOrNull(),
            Check = CheckCommitTable,
        },
        new("StatementStatistics", options => options.StatementStatistics is null ? null : "on")
        {
            IsSection = true, Range = "StatementStatisticsOptions",
            Meaning = "Counts statements by their text.",
            Parse = (options, text) => options.StatementStatistics = text.Switch() ? options.StatementStatistics ?? new StatementStatisticsOptions() : null,
        },
        new("StatementStatistics.MaxStatements", options => options.StatementStatistics?.MaxStatements)
        {
            Unit = "statements", Range = "1 to 10,000", Absent = Off,
            Meaning = "The maximum number of statement texts that are counted separately.",
            Parse = (options, text) => options.StatementStatistics = new StatementStatisticsOptions { MaxStatements = text.Number() },
            Check = (problems, options) => problems.FindNumber("StatementStatistics.MaxStatements", options.StatementStatistics?.MaxStatements ?? 1, 1, 10_000),
        },
        new("TimeProvider", options => options.TimeProvider == TimeProvider.System ? null : options.TimeProvider)
        {
            Absent = "the system's", Text = value => value.GetType().Name,
            Meaning = "The clock and the timers of the pool.",
            Check = CheckTimeProvider,
        },
        InCode("LoggerFactory", options => options.LoggerFactory is NullLoggerFactory ? null : options.LoggerFactory) with
        {
            Meaning = "Makes the pool's logger.",
        },
    ];

    /// <summary>Finds the problems of the options alone. A provider may refuse more.</summary>
    internal static void Find(OptionProblems problems, ConnectionPoolOptions options)
    {
        foreach (var row in Rows)
        {
            row.Check?.Invoke(problems, options);
        }

        problems.FindSizes(options.MinSize, options.MaxSize);
        problems.FindGuarantee(options.GuaranteedSize, options.MaxSize, hasBudget: options.Budget is not null);
        problems.FindLonger("OpenRetryBaseDelay", options.OpenRetryBaseDelay, "OpenRetryMaxDelay", options.OpenRetryMaxDelay);
        if (options.CircuitBreaker is { } breaker)
        {
            problems.FindLonger("CircuitBreaker.BreakDuration", breaker.BreakDuration, "MaxBreakDuration", breaker.MaxBreakDuration);
        }

        if (options.LoadShedding is { } shedding)
        {
            problems.FindLonger("LoadShedding.TargetDelay", shedding.TargetDelay, "Interval", shedding.Interval);
        }

        if (options.LeakDetection is { Threshold: { } threshold, RevokeAfter: { } revokeAfter } && revokeAfter < threshold)
        {
            problems.Add($"LeakDetection.RevokeAfter is {Readable.Duration(revokeAfter)}, shorter than LeakDetection.Threshold, which is {Readable.Duration(threshold)}, so a lease would be revoked before it is reported. Lengthen RevokeAfter or shorten Threshold.");
        }
    }

    private static SettingRow Duration(string name, Func<ConnectionPoolOptions, TimeSpan> get, Action<ConnectionPoolOptions, TimeSpan> set, TimeSpan min, TimeSpan max) =>
        new(name, options => get(options))
        {
            Unit = Seconds,
            Range = RangeOf(min, max),
            Parse = (options, text) => set(options, text.Duration()),
            Check = (problems, options) => problems.FindDuration(name, get(options), min, max),
        };

    private static SettingRow DurationOrInfinite(string name, Func<ConnectionPoolOptions, TimeSpan> get, Action<ConnectionPoolOptions, TimeSpan> set, TimeSpan max) =>
        new(name, options => get(options))
        {
            Unit = Seconds,
            Range = $"{RangeOf(Second, max)}, or infinite",
            CanChange = true,
            Parse = (options, text) => set(options, text.DurationOrInfinite()),
            Check = (problems, options) => problems.FindDuration(name, get(options), Second, max, mayBeInfinite: true),
        };

    private static SettingRow OptionalDuration(string name, Func<ConnectionPoolOptions, TimeSpan?> get, Action<ConnectionPoolOptions, TimeSpan?> set, TimeSpan min) =>
        new(name, options => get(options))
        {
            Unit = Seconds,
            Range = RangeOf(min, Day),
            Parse = (options, text) => set(options, text.IsNone ? null : text.Duration()),
            Check = (problems, options) => problems.FindDuration(name, get(options) ?? min, min, Day),
        };

    private static SettingRow Number(string name, Func<ConnectionPoolOptions, int> get, Action<ConnectionPoolOptions, int> set, int min, int max) =>
        new(name, options => get(options))
        {
            Range = RangeOf(min, max),
            Parse = (options, text) => set(options, text.Number()),
            Check = (problems, options) => problems.FindNumber(name, get(options), min, max),
        };

    private static SettingRow Choice<T>(string name, Func<ConnectionPoolOptions, T> get, Action<ConnectionPoolOptions, T> set)
        where T : struct, Enum =>
        new(name, options => get(options))
        {
            Range = string.Join(", ", Enum.GetNames<T>()),
            Parse = (options, text) => set(options, text.OneOf<T>()),
            Check = (problems, options) => problems.FindChoice(name, get(options)),
        };

    private static SettingRow OptionalChoice<T>(string name, Func<ConnectionPoolOptions, T?> get, Action<ConnectionPoolOptions, T?> set)
        where T : struct, Enum =>
        new(name, options => get(options))
        {
            Range = string.Join(", ", Enum.GetNames<T>()),
            Absent = "the provider's",
            Parse = (options, text) => set(options, text.IsNone ? null : text.OneOf<T>()),
            Check = (problems, options) => problems.FindChoice(name, get(options) ?? Enum.GetValues<T>()[0]),
        };

    /// <summary>Returns the row of a setting that has no text, in the configuration or in output.</summary>
    private static SettingRow InCode(string name, Func<ConnectionPoolOptions, object?> get) => new(name, get) { Text = _ => "set" };

    private static SettingRow BreakerNumber(string part, Func<CircuitBreakerOptions, int> get, Action<CircuitBreakerOptions, int> set, int max) =>
        new($"CircuitBreaker.{part}", options => options.CircuitBreaker is { } breaker ? get(breaker) : null)
        {
            Unit = Tries,
            Range = RangeOf(1, max),
            Absent = Off,
            Parse = (options, text) => SetBreaker(options, breaker => set(breaker, text.Number())),
            Check = (problems, options) => problems.FindNumber($"CircuitBreaker.{part}", options.CircuitBreaker is { } breaker ? get(breaker) : 1, 1, max),
        };

    private static SettingRow BreakerDuration(string part, Func<CircuitBreakerOptions, TimeSpan> get, Action<CircuitBreakerOptions, TimeSpan> set) =>
        new($"CircuitBreaker.{part}", options => options.CircuitBreaker is { } breaker ? get(breaker) : null)
        {
            Unit = Seconds,
            Absent = Off,
            Parse = (options, text) => SetBreaker(options, breaker => set(breaker, text.Duration())),
            Check = (problems, options) => problems.FindDuration($"CircuitBreaker.{part}", options.CircuitBreaker is { } breaker ? get(breaker) : Hour, Millisecond, Hour),
        };

    private static SettingRow SheddingDuration(string part, Func<LoadSheddingOptions, TimeSpan> get, Action<LoadSheddingOptions, TimeSpan> set) =>
        new($"LoadShedding.{part}", options => options.LoadShedding is { } shedding ? get(shedding) : null)
        {
            Unit = Seconds,
            Range = RangeOf(Millisecond, Minute),
            Absent = Off,
            Parse = (options, text) => SetShedding(options, shedding => set(shedding, text.Duration())),
            Check = (problems, options) => problems.FindDuration($"LoadShedding.{part}", options.LoadShedding is { } shedding ? get(shedding) : Minute, Millisecond, Minute),
        };

    private static void CheckName(OptionProblems problems, ConnectionPoolOptions options)
    {
        if (options.Name is { } name && OptionProblems.NameProblem(name) is { } problem)
        {
            problems.Add($"Name {problem}. Give it 1 to {OptionProblems.LongestName} printable characters, or leave it null.");
        }
    }

    private static void CheckCommitTable(OptionProblems problems, ConnectionPoolOptions options)
    {
        if (options.CommitTable is { } table
            && !(table.Split('.') is { Length: 1 or 2 } parts && parts.All(static part => part.Length is >= 1 and <= 63 && !char.IsAsciiDigit(part[0]) && part.All(static character => char.IsAsciiLetterOrDigit(character) || character == '_'))))
        {
            problems.Add("CommitTable is not the name of a table. Use letters, digits and underscores, with or without a schema before a dot, such as cenote_commits; leave it null for none.");
        }
    }

    private static void CheckLeakDetection(OptionProblems problems, ConnectionPoolOptions options)
    {
        if (options.LeakDetection is null)
        {
            problems.Add("LeakDetection is null. Leave it as it is: the pool checks nothing until one of its settings is set.");
        }
    }

    private static void CheckWhenDirty(OptionProblems problems, ConnectionPoolOptions options)
    {
        if (options.WhenDirty is not { HarmlessFunctions: { } functions })
        {
            problems.Add("WhenDirty, or its HarmlessFunctions, is null. Leave it as it is: it has an effect with ResetMode.WhenDirty only.");
            return;
        }

        foreach (var function in functions.Where(static function => !IsFunction(function)))
        {
            problems.Add($"WhenDirty.HarmlessFunctions contains {(function is { Length: > 0 and <= OptionProblems.LongestName } && PrintableText.FindFault(function) is null ? $"'{function}'" : "a name that cannot be shown")}. Use a name as statements write it, such as app.order_total: letters, digits and underscores, at most one period, at most {OptionProblems.LongestName} characters.");
        }
    }

    private static bool IsFunction(string? name) =>
        name is { Length: > 0 and <= OptionProblems.LongestName }
        && name.Split('.') is { Length: <= 2 } parts
        && Array.TrueForAll(parts, static part => part.Length > 0 && !char.IsAsciiDigit(part[0]) && part.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'));

    private static void CheckTimeProvider(OptionProblems problems, ConnectionPoolOptions options)
    {
        if (options.TimeProvider is null)
        {
            problems.Add("TimeProvider is null. Leave it at TimeProvider.System.");
        }
    }

    private static string RangeOf(TimeSpan min, TimeSpan max) => $"{(min == TimeSpan.Zero ? "0" : Readable.Duration(min))} to {Readable.Duration(max)}";

    private static string RangeOf(int min, int max) => string.Create(CultureInfo.InvariantCulture, $"{min:N0} to {max:N0}");

    /// <summary>Sets a part of a copy: the object may be the caller's, who sets other pools with it.</summary>
    private static void SetBreaker(ConnectionPoolOptions options, Action<CircuitBreakerOptions> set)
    {
        var breaker = options.CircuitBreaker is null ? new CircuitBreakerOptions() : new CircuitBreakerOptions(options.CircuitBreaker);
        set(breaker);
        options.CircuitBreaker = breaker;
    }

    private static void SetShedding(ConnectionPoolOptions options, Action<LoadSheddingOptions> set)
    {
        var shedding = options.LoadShedding is null ? new LoadSheddingOptions() : new LoadSheddingOptions(options.LoadShedding);
        set(shedding);
        options.LoadShedding = shedding;
    }
}
