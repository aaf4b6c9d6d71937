using Cenote.AdoNet;
using Cenote.Maintenance;
using Cenote.Providers;
using Cenote.Resilience;
using Cenote.Sizing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote;

/// <summary>The checked, unchanging copy of a pool's options.</summary>
internal sealed class PoolSettings
{
    private PoolSettings(string name, string target, ConnectionPoolOptions options, ConnectionSettings connection)
    {
        Name = name;
        Target = target;
        Connection = connection;
        Clock = new PoolClock(options.TimeProvider);
        MinSize = options.MinSize;
        MaxSize = options.MaxSize;
        AcquireTimeout = options.AcquireTimeout;
        MaxIdleTime = options.MaxIdleTime;
        MaxLifetime = options.MaxLifetime;
        ValidationInterval = options.ValidationInterval;
        ValidationTimeout = options.ValidationTimeout;
        ConnectTimeout = options.ConnectTimeout;
        OpenRetries = options.OpenRetries;
        OpenRetryBaseDelay = options.OpenRetryBaseDelay;
        OpenRetryMaxDelay = options.OpenRetryMaxDelay;
        MaxConcurrentOpens = options.MaxConcurrentOpens;
        CircuitBreaker = options.CircuitBreaker;
        MaxWaiters = options.MaxWaiters;
        QueueShedding = options.QueueShedding;
        Startup = options.Startup;
        Credentials = options.Credentials;
        QueryTimeout = options.QueryTimeout;
        ClassifyFailure = options.ClassifyFailure;
        Sizing = options.Sizing;
        NestedRents = options.NestedRents;
        LeakThreshold = options.LeakDetection.Threshold;
        StackSampling = options.LeakDetection.StackSampling;
        RevokeAfter = options.LeakDetection.RevokeAfter;
        LoggerFactory = options.LoggerFactory ?? NullLoggerFactory.Instance;
    }

    internal string Name { get; }

    /// <summary>Where connections lead to, for messages.</summary>
    internal string Target { get; }

    internal ConnectionSettings Connection { get; }

    internal PoolClock Clock { get; }

    internal int MinSize { get; }

    internal int MaxSize { get; }

    internal TimeSpan AcquireTimeout { get; }

    internal TimeSpan MaxIdleTime { get; }

    internal TimeSpan MaxLifetime { get; }

    internal TimeSpan ValidationInterval { get; }

    internal TimeSpan ValidationTimeout { get; }

    internal TimeSpan ConnectTimeout { get; }

    internal int OpenRetries { get; }

    internal TimeSpan OpenRetryBaseDelay { get; }

    internal TimeSpan OpenRetryMaxDelay { get; }

    internal int MaxConcurrentOpens { get; }

    internal CircuitBreakerOptions? CircuitBreaker { get; }

    internal int? MaxWaiters { get; }

    internal QueueSheddingOptions? QueueShedding { get; }

    internal StartupMode Startup { get; }

    internal Func<CancellationToken, ValueTask<DatabaseCredentials>>? Credentials { get; }

    /// <summary><see langword="null"/> for the driver's own.</summary>
    internal TimeSpan? QueryTimeout { get; }

    internal Func<Exception, FailureKind?>? ClassifyFailure { get; }

    internal ISizingPolicy? Sizing { get; }

    internal NestedRents NestedRents { get; }

    internal TimeSpan? LeakThreshold { get; }

    internal int StackSampling { get; }

    internal TimeSpan? RevokeAfter { get; }

    internal ILoggerFactory LoggerFactory { get; }

    /// <exception cref="PoolOptionsException">With every problem there is.</exception>
    internal static PoolSettings Create(DatabaseProvider provider, ConnectionPoolOptions options)
    {
        var problems = new OptionProblems();
        problems.Find(options);
        var name = options.Name ?? (provider.Database.Length > 0 ? $"{provider.DatabaseSystem}/{provider.Database}" : provider.DatabaseSystem);
        var connection = new ConnectionSettings
        {
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

        problems.ThrowIfAny(OptionProblems.IsUsableName(name) ? name : provider.DatabaseSystem);
        return new PoolSettings(name, $"{provider.DatabaseSystem} at {provider.DataSource}", options, connection);
    }

    internal static void ThrowIfNotAcquireTimeout(TimeSpan acquireTimeout)
    {
        if (acquireTimeout < OptionProblems.ShortestWait || acquireTimeout > OptionProblems.LongestWait)
        {
            throw new ArgumentOutOfRangeException(nameof(acquireTimeout), acquireTimeout, "An acquire timeout is 1 ms to 1 day.");
        }
    }
}
