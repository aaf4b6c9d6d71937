using Cenote.Ambient;
using Cenote.Connections;
using Cenote.Diagnosing;
using Cenote.Events;
using Cenote.LeakDetection;
using Cenote.Leasing;
using Cenote.Maintenance;
using Cenote.Operations;
using Cenote.Providers;
using Cenote.Registry;
using Cenote.Statements;
using Cenote.Statistics;
using Cenote.Telemetry;

namespace Cenote;

/// <summary>
/// The parts of a pool and how they are connected. <see cref="ConnectionPool"/> is their public face.
/// </summary>
internal sealed class PoolEngine
{
    private readonly ConnectionOpener _opener;
    private readonly CancellationToken _closed;
    private AmbientTransactions? _ambientTransactions;

    internal PoolEngine(DatabaseProvider provider, PoolSettings settings)
    {
        Provider = provider;
        Settings = settings;
        Place = provider.Place;
        Labels = new PoolLabels(settings.Name, provider);
        Journal = new PoolJournal(settings, new SafeLogger(settings.LoggerFactory.CreateLogger("Cenote")));
        Statements = settings.StatementStatistics is { } statements ? new StatementRegistry(statements, provider.LiteralRules, settings.Clock) : null;
        Effects = settings.WhenDirty is { } whenDirty ? new StatementEffects((ISessionRules)provider, provider.LiteralRules, whenDirty) : null;
        Classifier = new FailureClassifier(provider, settings.FailureClassifier);
        var meters = new Meters();
        Nesting = settings.NestedRentBehavior == NestedRentBehavior.Allow ? null : new NestedRentGuard(settings, meters, Journal.Logger);
        var capacity = settings.CreateCapacity();
        Desk = new LeaseDesk(settings.Clock, meters, capacity, settings.CircuitBreaker, settings.MaxWaiters, settings.LoadShedding, LaneTable.Create(settings, capacity))
        {
            StackSamplingInterval = settings.StackSamplingInterval,
            LongestWait = settings.AcquireTimeout,
            PoolName = settings.Name,
            GuardsRents = Nesting is not null,
        };
        Rents = new RentPath(Desk, settings, new RentTraces(settings, Labels), Nesting, provider);
        Rents.Contexts = new ContextRents(Rents, Desk, settings, provider, Journal);
        Sessions = settings.ServerDiagnosis && provider is ISessionActivityReader ? new SessionReports() : null;
        RentFailures = new RentFailures(settings, Desk, Journal) { Sessions = Sessions };

        CircuitChanged = new OrderedEvent<CircuitChangedEventArgs>(Journal.HandlerFailed, Journal.CircuitChanged);
        FailureObserved = new OrderedEvent<FailureObservedEventArgs>(Journal.HandlerFailed);
        FailureReports = new FailureReports(settings, provider, Classifier, Desk, FailureObserved, Journal);
        var leftBehind = new AbandonedCalls();
        var closed = new CancellationTokenSource();
        var opener = new ConnectionOpener(provider, Classifier, settings, Desk, leftBehind, Journal, closed.Token);
        Work = new ConnectionWork(settings, Desk, opener, CircuitChanged, FailureReports, Journal);
        (_opener, _closed) = (opener, closed.Token);

        Leaks = new LeakReporter(settings, meters, Journal);
        Revoker = new LeaseRevoker(settings, Desk, Leaks);
        Operations = new PoolOperations(provider, settings, Desk, Work, Journal);
        var trend = new PoolTrend();
        Diagnoser = new PoolDiagnoser(this, trend);
        Locks = Sessions is null ? null : new LockJournal(Journal, settings.Clock);
        var activity = Sessions is null
            ? null
            : new ActivityMonitor(settings, Desk, Sessions, new ActivityQuery(this, (ISessionActivityReader)provider, Sessions, PoolMetrics.Pools.Read, leftBehind, closed.Token).TryStart);
        Maintenance = new MaintenanceLoop(
            settings, Desk, meters, Journal, new LeakScan(settings, Desk, Leaks, Revoker), [.. activity is null ? Array.Empty<IMaintenanceTask>() : [activity], new DiagnosisMonitor(Diagnoser, trend, Journal)]);
        Lifecycle = new PoolLifecycle(this, leftBehind, closed);
    }

    internal DatabaseProvider Provider { get; }

    internal PoolSettings Settings { get; }

    internal LeaseDesk Desk { get; }

    internal RentPath Rents { get; }

    internal RentFailures RentFailures { get; }

    internal ConnectionWork Work { get; }

    internal FailureClassifier Classifier { get; }

    internal FailureReports FailureReports { get; }

    internal OrderedEvent<FailureObservedEventArgs> FailureObserved { get; }

    internal OrderedEvent<CircuitChangedEventArgs> CircuitChanged { get; }

    internal LeaseRevoker Revoker { get; }

    internal LeakReporter Leaks { get; }

    /// <summary>Gets the sessions in ambient transactions, from the first such transaction on.</summary>
    internal AmbientTransactions AmbientTransactions
    {
        get
        {
            if (Volatile.Read(ref _ambientTransactions) is { } existing)
            {
                return existing;
            }

            var first = new AmbientTransactions(Settings, Desk, Rents, Revoker, Journal);
            return Interlocked.CompareExchange(ref _ambientTransactions, first, null) ?? first;
        }
    }

    /// <summary>Gets the guard against nested rents; <see langword="null"/> unless the pool looks for them.</summary>
    internal NestedRentGuard? Nesting { get; }

    internal PoolLifecycle Lifecycle { get; }

    internal PoolOperations Operations { get; }

    internal MaintenanceLoop Maintenance { get; }

    /// <summary>Gets the statement statistics; <see langword="null"/> unless statements are counted.</summary>
    internal StatementRegistry? Statements { get; }

    /// <summary>
    /// Gets the effects of statements on their sessions; <see langword="null"/> unless only dirty sessions are reset.
    /// </summary>
    internal StatementEffects? Effects { get; }

    // The next three have no state, and exist only while they are used.
    internal DedicatedConnections Dedicated => new(Provider, Settings, Desk, _opener, RentFailures, _closed);

    internal LeaseReader Leases => new(Settings, Desk) { Sessions = Sessions };

    internal StatisticsReader Statistics => new(Settings, Desk, Operations);

    internal PoolDiagnoser Diagnoser { get; }

    /// <summary>
    /// Gets the server's reports about the leases; <see langword="null"/> when the pool queries no server.
    /// </summary>
    internal SessionReports? Sessions { get; }

    /// <summary>
    /// Gets the writer of waits for locks into log and events; <see langword="null"/> when the pool queries no server.
    /// </summary>
    internal LockJournal? Locks { get; }

    internal PoolJournal Journal { get; }

    internal PoolLabels Labels { get; }

    /// <inheritdoc cref="DatabaseProvider.Place"/>
    internal (string System, string Address, string? User)? Place { get; }

    /// <summary>
    /// Gets or sets whether <see cref="DuplicatePoolDetector"/> has warned of this pool. Guarded by its lock.
    /// </summary>
    internal bool IsOneOfMany { get; set; }
}
