using System.Collections.Frozen;
using Cenote.Providers;
using Cenote.Resilience;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>
/// The section <c>Cenote:Pools:NAME</c>. Read key by key instead of by a binder, which stops at the first text that it cannot convert, and takes
/// 30 for thirty days: here every problem is noted with its path, its value and the remedy.
/// </summary>
internal static class PoolSection
{
    private const string Root = $"{ConfigurationKeys.Root}:{ConfigurationKeys.Pools}";

    private static readonly FrozenDictionary<string, Action<ConnectionPoolOptions, SettingText>> Settings =
        new Dictionary<string, Action<ConnectionPoolOptions, SettingText>>(StringComparer.OrdinalIgnoreCase)
        {
            ["MinSize"] = (options, text) => options.MinSize = text.Number(),
            ["MaxSize"] = (options, text) => options.MaxSize = text.Number(),
            ["AcquireTimeout"] = (options, text) => options.AcquireTimeout = text.Duration(),
            ["MaxIdleTime"] = (options, text) => options.MaxIdleTime = text.DurationOrInfinite(),
            ["MaxLifetime"] = (options, text) => options.MaxLifetime = text.DurationOrInfinite(),
            ["ValidationInterval"] = (options, text) => options.ValidationInterval = text.DurationOrInfinite(),
            ["ValidationTimeout"] = (options, text) => options.ValidationTimeout = text.Duration(),
            ["ConnectTimeout"] = (options, text) => options.ConnectTimeout = text.Duration(),
            ["OpenRetries"] = (options, text) => options.OpenRetries = text.Number(),
            ["OpenRetryBaseDelay"] = (options, text) => options.OpenRetryBaseDelay = text.Duration(),
            ["OpenRetryMaxDelay"] = (options, text) => options.OpenRetryMaxDelay = text.Duration(),
            ["MaxConcurrentOpens"] = (options, text) => options.MaxConcurrentOpens = text.Number(),
            ["MaxWaiters"] = (options, text) => options.MaxWaiters = text.IsNone ? null : text.Number(),
            ["Startup"] = (options, text) => options.Startup = text.OneOf<StartupMode>(),
            ["ResetMode"] = (options, text) => options.ResetMode = text.OneOf<ResetMode>(),
            ["SessionClearing"] = (options, text) => options.SessionClearing = text.IsNone ? null : text.OneOf<SessionClearing>(),
            ["AmbientTransactions"] = (options, text) => options.AmbientTransactions = text.IsNone ? null : text.OneOf<AmbientTransactions>(),
            ["QueryTimeout"] = (options, text) => options.QueryTimeout = text.IsNone ? null : text.Duration(),
            ["NestedRents"] = (options, text) => options.NestedRents = text.OneOf<NestedRents>(),
            ["EventHistory"] = (options, text) => options.EventHistory = text.Number(),
            ["SlowAcquire"] = (options, text) => options.SlowAcquire = text.IsNone ? null : text.Duration(),
            ["StatementStatistics"] = (options, text) => options.StatementStatistics = text.Switch() ? Statements(options) : null,
            ["StatementStatistics:MaxStatements"] = (options, text) => options.StatementStatistics = Statements(options) with { MaxStatements = text.Number() },
            ["CircuitBreaker"] = (options, text) => options.CircuitBreaker = text.Switch() ? Breaker(options) : null,
            ["CircuitBreaker:FailuresToOpen"] = (options, text) => options.CircuitBreaker = Breaker(options) with { FailuresToOpen = text.Number() },
            ["CircuitBreaker:SuccessesToClose"] = (options, text) => options.CircuitBreaker = Breaker(options) with { SuccessesToClose = text.Number() },
            ["CircuitBreaker:RecoveryTime"] = (options, text) => options.CircuitBreaker = Breaker(options) with { RecoveryTime = text.Duration() },
            ["CircuitBreaker:MaxRecoveryTime"] = (options, text) => options.CircuitBreaker = Breaker(options) with { MaxRecoveryTime = text.Duration() },
            ["CircuitBreaker:RecoveryGrowth"] = (options, text) => options.CircuitBreaker = Breaker(options) with { RecoveryGrowth = text.Factor() },
            ["QueueShedding"] = (options, text) => options.QueueShedding = text.Switch() ? Shedding(options) : null,
            ["QueueShedding:Target"] = (options, text) => options.QueueShedding = Shedding(options) with { Target = text.Duration() },
            ["QueueShedding:Interval"] = (options, text) => options.QueueShedding = Shedding(options) with { Interval = text.Duration() },
            ["LeakDetection"] = (_, text) => text.RefuseUnlessNone("a section with its settings"),
            ["LeakDetection:Threshold"] = (options, text) => options.LeakDetection.Threshold = text.IsNone ? null : text.Duration(),
            ["LeakDetection:RevokeAfter"] = (options, text) => options.LeakDetection.RevokeAfter = text.IsNone ? null : text.Duration(),
            ["LeakDetection:StackSampling"] = (options, text) => options.LeakDetection.StackSampling = text.Number(),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>What a text cannot say.</summary>
    private static readonly string[] CodeOnly = ["Name", "Credentials", "ClassifyFailure", "Sizing", "TimeProvider", "LoggerFactory"];

    /// <summary>The keys that may be in a section.</summary>
    internal static IEnumerable<string> Keys => Settings.Keys;

    internal static string ConnectionStringKey(string poolName) => "ConnectionStrings:" + poolName;

    /// <summary>Sets what the configuration says of a pool, and notes in the options what it says wrong.</summary>
    internal static void Read(IConfiguration configuration, string poolName, ConnectionPoolOptions options)
    {
        foreach (var problem in ConfigurationKeys.FindStrangers(configuration, poolName))
        {
            options.AddProblem(problem);
        }

        var section = configuration.GetSection($"{Root}:{poolName}");
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            options.AddProblem($"{section.Path} is a text. It must be a section with settings.");
        }

        var entries = section.AsEnumerable(makePathsRelative: true)
            .Where(entry => entry.Key.Length > 0)
            .Where(entry => entry.Value is not null || !section.GetSection(entry.Key).GetChildren().Any());

        // Deeper keys first: a "CircuitBreaker": false somewhere, in the environment, say, then wins over details elsewhere.
        foreach (var (key, value) in entries.OrderByDescending(entry => entry.Key.Count(character => character == ':')))
        {
            var text = new SettingText($"{section.Path}:{key}", value);
            try
            {
                if (Settings.TryGetValue(key, out var set))
                {
                    set(options, text);
                }
                else
                {
                    options.AddProblem(DescribeStranger(text.Path, key, poolName));
                }
            }
            catch (FormatException exception)
            {
                options.AddProblem(exception.Message);
            }
        }
    }

    /// <summary>Sections of pools that are not there: a typing mistake, unless they are meant for another program.</summary>
    internal static void WarnOfStrangers(IConfiguration configuration, IReadOnlyCollection<string> poolNames, ILogger logger)
    {
        foreach (var section in configuration.GetSection(Root).GetChildren())
        {
            if (!poolNames.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                ConfigurationLog.SectionWithoutPool(logger, section.Path, string.Join(", ", poolNames), ConfigurationKeys.Suggest(section.Key, poolNames));
            }
        }
    }

    // Its value is not shown: it may be a secret in the wrong place.
    private static string DescribeStranger(string path, string key, string poolName) =>
        CodeOnly.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase) ? $"{path} can only be set in code, where the pool is registered. Remove it."
        : key.Contains("connectionstring", StringComparison.OrdinalIgnoreCase) ? $"{path} is not a setting of a pool. Connection strings are in {ConnectionStringKey(poolName)}."
        : $"{path} is not a setting of a pool.{ConfigurationKeys.Suggest(key, Settings.Keys)} The settings are {string.Join(", ", Settings.Keys.Order(StringComparer.Ordinal))}.";

    private static CircuitBreakerOptions Breaker(ConnectionPoolOptions options) => options.CircuitBreaker ?? new CircuitBreakerOptions();

    private static StatementStatisticsOptions Statements(ConnectionPoolOptions options) => options.StatementStatistics ?? new StatementStatisticsOptions();

    private static QueueSheddingOptions Shedding(ConnectionPoolOptions options) => options.QueueShedding ?? new QueueSheddingOptions();
}
