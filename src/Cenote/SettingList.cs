using System.Globalization;
using Cenote.Resilience;
using Cenote.Sizing;
using Cenote.Statements;

namespace Cenote;

/// <summary>Describes the settings of a pool. Callbacks and the like are only said to be set: nothing of them is text, and some know secrets.</summary>
internal sealed class SettingList
{
    private const string None = "none";
    private const string Off = "off";
    private const string Seconds = "s";

    private static readonly ConnectionPoolOptions Defaults = new();
    private static readonly CircuitBreakerOptions DefaultCircuit = new();
    private static readonly QueueSheddingOptions DefaultShedding = new();

    private readonly List<PoolSetting> _settings = [];

    /// <param name="settings">What the pool was given.</param>
    /// <param name="sizes">The sizes in force, which a resize may have changed since.</param>
    internal static IReadOnlyList<PoolSetting> Describe(PoolSettings settings, CapacityView sizes)
    {
        var list = new SettingList();
        list.AddSizes(settings, sizes);
        list.AddTimes(settings);
        list.AddOpening(settings);
        list.AddQueue(settings);
        list.AddSessions(settings);
        list.AddWatching(settings);
        return list._settings;
    }

    private void AddSizes(PoolSettings settings, CapacityView sizes)
    {
        Add("Name", settings.Name, "database system and database", "", "The pool's name in logs, statistics and exceptions.");
        Add("Address", settings.Target, "the connection string's", "", "The database system, and where connections lead.");
        Add("MinSize", Number(sizes.MinSize), Number(ConnectionPoolOptions.DefaultMinSizeFor(sizes.MaxSize)), "connections", "Connections kept open at all times.", canChange: true);
        Add("MaxSize", Number(sizes.MaxSize), Number(Defaults.MaxSize), "connections", "The most connections that are ever open.", canChange: true);
        Add("Sizing", settings.Sizing?.GetType().Name ?? "fixed", "fixed", "", "What moves the size between MinSize and MaxSize.");
    }

    private void AddTimes(PoolSettings settings)
    {
        Add("AcquireTimeout", Duration(settings.AcquireTimeout), Duration(Defaults.AcquireTimeout), Seconds, "The longest a caller waits for a connection, queueing, retries and connecting together.", canChange: true);
        Add("MaxIdleTime", Duration(settings.MaxIdleTime), Duration(Defaults.MaxIdleTime), Seconds, "Connections unused for this long are closed, down to MinSize.", canChange: true);
        Add("MaxLifetime", Duration(settings.MaxLifetime), Duration(Defaults.MaxLifetime), Seconds, "Connections older than this are replaced.", canChange: true);
        Add("ValidationInterval", Duration(settings.ValidationInterval), Duration(Defaults.ValidationInterval), Seconds, "A connection neither used nor checked for this long is validated before it is lent.", canChange: true);
        Add("ValidationTimeout", Duration(settings.ValidationTimeout), Duration(Defaults.ValidationTimeout), Seconds, "The longest a validation, or the clearing of a session, may take.", canChange: true);
        Add("QueryTimeout", Duration(settings.QueryTimeout, "the driver's"), "the driver's", Seconds, "The longest that a statement may run.");
    }

    private void AddOpening(PoolSettings settings)
    {
        Add("ConnectTimeout", Duration(settings.ConnectTimeout), Duration(Defaults.ConnectTimeout), Seconds, "The longest one try to connect may take.");
        Add("OpenRetries", Number(settings.OpenRetries), Number(Defaults.OpenRetries), "tries", "How often a failed open is tried again before its failure is reported.");
        Add("OpenRetryBaseDelay", Duration(settings.OpenRetryBaseDelay), Duration(Defaults.OpenRetryBaseDelay), Seconds, "The delay before the first retry of an open.");
        Add("OpenRetryMaxDelay", Duration(settings.OpenRetryMaxDelay), Duration(Defaults.OpenRetryMaxDelay), Seconds, "The longest delay between two tries of an open.");
        Add("MaxConcurrentOpens", Number(settings.MaxConcurrentOpens), Number(Defaults.MaxConcurrentOpens), "connections", "The most connections that are being opened at once.");
        Add("Startup", settings.Startup.ToString(), Defaults.Startup.ToString(), "", "What constructing the pool does when the database may be absent.");
        var circuit = settings.CircuitBreaker;
        Add("CircuitBreaker.FailuresToOpen", Part(circuit?.FailuresToOpen), Number(DefaultCircuit.FailuresToOpen), "tries", "Tries to connect that must fail in a row before the pool stops trying.");
        Add("CircuitBreaker.SuccessesToClose", Part(circuit?.SuccessesToClose), Number(DefaultCircuit.SuccessesToClose), "tries", "Successes in a row after which the pool connects again.");
        Add("CircuitBreaker.RecoveryTime", Part(circuit?.RecoveryTime), Duration(DefaultCircuit.RecoveryTime), Seconds, "The time from the opening of the circuit to its first probe.");
        Add("CircuitBreaker.MaxRecoveryTime", Part(circuit?.MaxRecoveryTime), Duration(DefaultCircuit.MaxRecoveryTime), Seconds, "The longest time between two probes.");
        Add("CircuitBreaker.RecoveryGrowth", circuit is null ? Off : circuit.RecoveryGrowth.ToString(CultureInfo.InvariantCulture), DefaultCircuit.RecoveryGrowth.ToString(CultureInfo.InvariantCulture), "times", "What the time to the next probe is multiplied by after each that fails.");
    }

    private void AddQueue(PoolSettings settings)
    {
        Add("MaxWaiters", settings.MaxWaiters is { } waiters ? Number(waiters) : None, None, "callers", "The most callers that may wait; further ones are turned away.", canChange: true);
        Add("QueueShedding.Target", Part(settings.QueueShedding?.Target), Off, Seconds, $"The wait that is acceptable at all times ({Duration(DefaultShedding.Target)} s when shedding is on).");
        Add("QueueShedding.Interval", Part(settings.QueueShedding?.Interval), Off, Seconds, $"How long waits must stay above the target before callers are turned away ({Duration(DefaultShedding.Interval)} s when shedding is on).");
    }

    private void AddSessions(PoolSettings settings)
    {
        Add("ResetMode", settings.Connection.ResetMode.ToString(), Defaults.ResetMode.ToString(), "", "What is cleared from a session between two leases.");
        Add("SessionClearing", settings.Connection.SessionClearing.ToString(), "the provider's", "", "Who clears a session after its lease.");
        Add("AmbientTransactions", settings.AmbientTransactions.ToString(), "the provider's", "", "What happens when a connection is requested within a TransactionScope.");
        Add("Credentials", Presence(settings.Credentials), None, "", "A callback that is asked for a user and password at every open.");
        Add("ClassifyFailure", Presence(settings.ClassifyFailure), None, "", "A callback that says what a failure means.");
    }

    private void AddWatching(PoolSettings settings)
    {
        Add("LeakDetection.Threshold", Duration(settings.LeakThreshold, None), None, Seconds, "Leases held longer are suspected of being leaked, and reported.", canChange: true);
        Add("LeakDetection.RevokeAfter", Duration(settings.RevokeAfter, "never"), "never", Seconds, "Leases held longer are taken away from their holder.", canChange: true);
        Add("LeakDetection.StackSampling", Number(settings.StackSampling), Number(Defaults.LeakDetection.StackSampling), "rents", "One rent in about so many remembers its call stack; 0 for none.", canChange: true);
        Add("NestedRents", settings.NestedRents.ToString(), Defaults.NestedRents.ToString(), "", "What happens when one flow rents a second connection while it holds one.");
        Add("EventHistory", Number(settings.EventHistory), Number(Defaults.EventHistory), "events", "How many events of the pool are remembered.");
        Add("SlowAcquire", Duration(settings.SlowAcquire, None), Duration(Defaults.SlowAcquire, None), Seconds, "A caller that waited at least so long is an event of its own.");
        Add("StatementStatistics.MaxStatements", settings.StatementStatistics is { } statements ? Number(statements.MaxStatements) : Off, Off, "statements", "How many statements are told apart by their text.");
        Add("TimeProvider", settings.Clock.TimeProvider == TimeProvider.System ? "the system's" : settings.Clock.TimeProvider.GetType().Name, "the system's", "", "The clock and the timers of the pool.");
        Add("LoggerFactory", settings.LoggerFactory is Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory ? None : "set", None, "", "Makes the pool's logger.");
    }

    private void Add(string name, string value, string @default, string unit, string meaning, bool canChange = false) =>
        _settings.Add(new PoolSetting { Name = name, Value = value, Default = @default, Unit = unit, Meaning = meaning, CanChange = canChange });

    private static string Presence(object? value) => value is null ? None : "set";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan value) => value == Timeout.InfiniteTimeSpan ? "never" : value.TotalSeconds.ToString("0.#######", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan? value, string absent) => value is { } known ? Duration(known) : absent;

    private static string Part(int? value) => value is { } known ? Number(known) : Off;

    private static string Part(TimeSpan? value) => Duration(value, Off);
}
