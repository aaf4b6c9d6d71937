using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.Options;

/// <summary>Other values for settings.</summary>
internal static class OtherValues
{
    /// <summary>Another allowed value than the current one.</summary>
    public static void Spoil(ConnectionPoolOptions options, PropertyInfo property) => property.SetValue(options, property.GetValue(options) switch
    {
        int number => number + 1,
        bool isOn => !isOn,
        TimeSpan time => time > TimeSpan.FromMinutes(1) ? time - TimeSpan.FromSeconds(1) : time + TimeSpan.FromSeconds(1),
        ResetMode => ResetMode.Rollback, // The stub's statements have no dialect.
        Enum value => Enum.GetValues(value.GetType()).Cast<object>().First(other => !other.Equals(value)),
        string name => name + "2",
        WhenDirtyOptions => new WhenDirtyOptions { HarmlessFunctions = ["app.total"], KeepGeneratedKeys = true, KeepSessionContexts = true },
        LeakDetectionOptions => Spoiled(new LeakDetectionOptions()),
        TimeProvider time => time == TimeProvider.System ? new FakeTimeProvider() : TimeProvider.System,
        CircuitBreakerOptions => Spoiled(new CircuitBreakerOptions()),
        ConnectionBudget => new ConnectionBudget("other", 5),
        null when property.Name == nameof(options.Budget) => new ConnectionBudget("other", 5),
        ILoggerFactory => NullLoggerFactory.Instance,
        null when property.Name == nameof(options.LoggerFactory) => NullLoggerFactory.Instance,
        null when property.Name is nameof(options.Name) or nameof(options.CommitTable) => "other",
        null when property.Name == nameof(options.CircuitBreaker) => new CircuitBreakerOptions(),
        null when property.Name == nameof(options.StatementStatistics) => Spoiled(new StatementStatisticsOptions()),
        null when property.Name == nameof(options.LoadShedding) => Spoiled(new LoadSheddingOptions()),
        null when property.Name == nameof(options.MaxWaiters) => 5,
        IReadOnlyList<LaneOptions> => (IReadOnlyList<LaneOptions>)[new LaneOptions { Name = "batch", Weight = 2, Reserve = 1, MaxSize = 3, MaxWaiters = 4, LoadShedding = new() }],
        null when property.Name == nameof(options.DefaultLane) => WithLane(options),
        double when property.Name == nameof(options.LifetimeJitter) => 0.2,
        null when property.Name == nameof(options.QueryTimeout) => TimeSpan.FromSeconds(3),
        null when property.Name == nameof(options.SessionReset) => SessionReset.ByDriver,
        null when property.Name == nameof(options.AmbientTransactionBehavior) => AmbientTransactionBehavior.Ignore,
        null when property.Name == nameof(options.SizingPolicy) => new UtilizationSizingPolicy(),
        null when property.Name == nameof(options.CredentialsProvider) => (Func<CancellationToken, ValueTask<DatabaseCredentials>>)(_ => default),
        null when property.Name == nameof(options.SessionContextProvider) => (Func<SessionContext?>)(() => SessionContext.Empty),
        null when property.Name == nameof(options.FailureClassifier) => (Func<Exception, FailureKind?>)(_ => null),
        _ => throw new NotSupportedException($"Say here what {property.Name} may be changed to."),
    });

    /// <summary>A default lane needs the lane.</summary>
    private static string WithLane(ConnectionPoolOptions options)
    {
        options.Lanes = options.Lanes.Count > 0 ? options.Lanes : [new LaneOptions { Name = "batch" }];
        return options.Lanes[0].Name;
    }

    /// <summary>Options with another value in each setting, so that a copy that misses one differs.</summary>
    private static T Spoiled<T>(T options)
    {
        foreach (var property in typeof(T).GetProperties())
        {
            property.SetValue(options, property.GetValue(options) switch
            {
                int number => number + 1,
                double number => number + 1,
                TimeSpan time => time + TimeSpan.FromMilliseconds(1),
                null when property.PropertyType == typeof(TimeSpan?) => TimeSpan.FromMinutes(1),
                var other => other,
            });
        }

        return options;
    }
}
