using Cenote.AdoNet;
using Cenote.Maintenance;
using Cenote.Providers;
using Cenote.Resilience;
using Cenote.Sizing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote;

/// <summary>The checked copy of a pool's options, which changes only as a whole, by <see cref="Change"/>.</summary>
internal sealed class PoolSettings
{
    private volatile ChangeableSettings _changeable;

    private PoolSettings(string name, DatabaseProvider provider, ConnectionPoolOptions options, ConnectionSettings connection)
    {
        Name = name;
        Target = $"{provider.DatabaseSystem} at {provider.Address}";
        AmbientTransactions = options.AmbientTransactions ?? provider.DefaultAmbientTransactions;
        Connection = connection;
        Clock = new PoolClock(options.TimeProvider);
        _changeable = ChangeableSettings.Of(options);
        ConnectTimeout = options.ConnectTimeout;
        OpenRetries = options.OpenRetries;
        OpenRetryBaseDelay = options.OpenRetryBaseDelay;
        OpenRetryMaxDelay = options.OpenRetryMaxDelay;
        MaxConcurrentOpens = options.MaxConcurrentOpens;
        CircuitBreaker = options.CircuitBreaker;
        QueueShedding = options.QueueShedding;
        Startup = options.Startup;
        Credentials = options.Credentials;
        QueryTimeout = options.QueryTimeout;
        ClassifyFailure = options.ClassifyFailure;
        Sizing = options.Sizing;
        NestedRents = options.NestedRents;
        EventHistory = options.EventHistory;
        SlowAcquire = options.SlowAcquire;
        StatementStatistics = options.StatementStatistics;
        LoggerFactory = options.LoggerFactory ?? NullLoggerFactory.Instance;
    }

    /// <summary>What the running pool follows, at this moment.</summary>
    internal ChangeableSettings Changeable => _changeable;

    internal string Name { get; }

    /// <summary>Where connections lead to, for messages.</summary>
    internal string Target { get; }

    internal ConnectionSettings Connection { get; }

    internal PoolClock Clock { get; }

    internal int MinSize => Changeable.MinSize;

    internal int MaxSize => Changeable.MaxSize;

    internal TimeSpan AcquireTimeout => Changeable.AcquireTimeout;

    internal TimeSpan MaxIdleTime => Changeable.MaxIdleTime;

    internal TimeSpan MaxLifetime => Changeable.MaxLifetime;

    internal TimeSpan ValidationInterval => Changeable.ValidationInterval;

    internal TimeSpan ValidationTimeout => Changeable.ValidationTimeout;

    internal TimeSpan ConnectTimeout { get; }

    internal int OpenRetries { get; }

    internal TimeSpan OpenRetryBaseDelay { get; }

    internal TimeSpan OpenRetryMaxDelay { get; }

    internal int MaxConcurrentOpens { get; }

    internal CircuitBreakerOptions? CircuitBreaker { get; }

    internal int? MaxWaiters => Changeable.MaxWaiters;

    internal QueueSheddingOptions? QueueShedding { get; }

    internal StartupMode Startup { get; }

    internal AmbientTransactions AmbientTransactions { get; }

    internal Func<CancellationToken, ValueTask<DatabaseCredentials>>? Credentials { get; }

    /// <summary><see langword="null"/> for the driver's own.</summary>
    internal TimeSpan? QueryTimeout { get; }

    internal Func<Exception, FailureKind?>? ClassifyFailure { get; }

    internal ISizingPolicy? Sizing { get; }

    internal NestedRents NestedRents { get; }

    internal TimeSpan? LeakThreshold => Changeable.LeakThreshold;

    internal int StackSampling => Changeable.StackSampling;

    internal TimeSpan? RevokeAfter => Changeable.RevokeAfter;

    /// <summary>How many events are remembered.</summary>
    internal int EventHistory { get; }

    internal TimeSpan? SlowAcquire { get; }

    internal StatementStatisticsOptions? StatementStatistics { get; }

    internal ILoggerFactory LoggerFactory { get; }

    /// <summary>Takes over what may change while the pool runs.</summary>
    internal void Change(PoolSettings changed) => _changeable = changed._changeable;

    /// <summary>The settings that differ, but that a running pool cannot follow.</summary>
    internal IEnumerable<string> FindFixedChanges(PoolSettings changed)
    {
        (string Name, bool IsSame)[] settings =
        [
            (nameof(ConnectionPoolOptions.Name), Name == changed.Name),
            (nameof(ConnectionPoolOptions.ConnectTimeout), ConnectTimeout == changed.ConnectTimeout),
            (nameof(ConnectionPoolOptions.OpenRetries), OpenRetries == changed.OpenRetries),
            (nameof(ConnectionPoolOptions.OpenRetryBaseDelay), OpenRetryBaseDelay == changed.OpenRetryBaseDelay),
            (nameof(ConnectionPoolOptions.OpenRetryMaxDelay), OpenRetryMaxDelay == changed.OpenRetryMaxDelay),
            (nameof(ConnectionPoolOptions.MaxConcurrentOpens), MaxConcurrentOpens == changed.MaxConcurrentOpens),
            (nameof(ConnectionPoolOptions.CircuitBreaker), CircuitBreaker == changed.CircuitBreaker),
            (nameof(ConnectionPoolOptions.QueueShedding), QueueShedding == changed.QueueShedding),
            (nameof(ConnectionPoolOptions.Startup), Startup == changed.Startup),
            (nameof(ConnectionPoolOptions.ResetMode), Connection.ResetMode == changed.Connection.ResetMode),
            (nameof(ConnectionPoolOptions.SessionClearing), Connection.SessionClearing == changed.Connection.SessionClearing),
            (nameof(ConnectionPoolOptions.AmbientTransactions), AmbientTransactions == changed.AmbientTransactions),
            (nameof(ConnectionPoolOptions.Credentials), Credentials == changed.Credentials),
            (nameof(ConnectionPoolOptions.QueryTimeout), QueryTimeout == changed.QueryTimeout),
            (nameof(ConnectionPoolOptions.ClassifyFailure), ClassifyFailure == changed.ClassifyFailure),
            (nameof(ConnectionPoolOptions.Sizing), ReferenceEquals(Sizing, changed.Sizing)),
            (nameof(ConnectionPoolOptions.NestedRents), NestedRents == changed.NestedRents),
            (nameof(ConnectionPoolOptions.EventHistory), EventHistory == changed.EventHistory),
            (nameof(ConnectionPoolOptions.SlowAcquire), SlowAcquire == changed.SlowAcquire),
            (nameof(ConnectionPoolOptions.StatementStatistics), StatementStatistics == changed.StatementStatistics),
            (nameof(ConnectionPoolOptions.TimeProvider), Clock.TimeProvider == changed.Clock.TimeProvider),
            (nameof(ConnectionPoolOptions.LoggerFactory), LoggerFactory == changed.LoggerFactory),
        ];
        return settings.Where(setting => !setting.IsSame).Select(setting => setting.Name);
    }

    /// <exception cref="PoolOptionsException">With every problem there is.</exception>
    internal static PoolSettings Create(DatabaseProvider provider, ConnectionPoolOptions options)
    {
        var problems = new OptionProblems();
        problems.Find(options);
        var name = options.Name ?? (provider.Database.Length > 0 ? $"{provider.DatabaseSystem}/{provider.Database}" : provider.DatabaseSystem);
        var connection = new ConnectionSettings
        {
            PoolName = OptionProblems.IsUsableName(name) ? name : "",
            SessionClearing = options.SessionClearing ?? provider.DefaultSessionClearing,
            ResetMode = options.ResetMode,
            ConnectTimeout = options.ConnectTimeout,
            QueryTimeout = QueryLimit.OfServer(options.QueryTimeout),
        };
        if (options.Credentials is not null && !provider.AcceptsCredentials)
        {
            problems.Add($"Credentials are set, but {provider.DatabaseSystem} connections take none. Remove the callback.");
        }

        foreach (var problem in provider.FindProblems(connection))
        {
            problems.Add(problem);
        }

        if (options.Name is null && OptionProblems.NameProblem(name) is { } nameProblem)
        {
            problems.Add($"The name of the database {nameProblem}, so that the pool cannot be named by it. Set ConnectionPoolOptions.Name.");
        }

        problems.ThrowIfAny(OptionProblems.IsUsableName(name) ? name : provider.DatabaseSystem);
        return new PoolSettings(name, provider, options, connection);
    }

    internal static void ThrowIfNotAcquireTimeout(TimeSpan acquireTimeout)
    {
        if (acquireTimeout < OptionProblems.ShortestWait || acquireTimeout > OptionProblems.LongestWait)
        {
            throw new ArgumentOutOfRangeException(nameof(acquireTimeout), acquireTimeout, "An acquire timeout is 1 ms to 1 day.");
        }
    }
}
