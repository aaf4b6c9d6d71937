using Cenote.Connections;
using Cenote.Diagnostics;
using Cenote.History;
using Cenote.LeakDetection;
using Cenote.Leasing;
using Cenote.Maintenance;
using Cenote.Nesting;
using Cenote.Providers;
using Cenote.Resilience;
using Cenote.Sizing;
using Cenote.Statements;
using Cenote.Telemetry;
using Cenote.Verdicts;
using Cenote.Waiting;
using Microsoft.Extensions.Logging;

namespace Cenote;

/// <summary>A pool's parts, put together. <see cref="ConnectionPool"/> is its public face.</summary>
#pragma warning disable CA1001 // The token source has no timer and no handle; leases that outlive the pool may still ask its token.
internal sealed partial class PoolEngine
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _closed = new();
    private readonly ILogger _logger;
    private readonly FailureClassifier _classifier;
    private readonly Meters _meters = new();
    private readonly LeftBehind _leftBehind = new();
    private readonly Upkeep _upkeep;
    private readonly object _sizes = new();

    internal PoolEngine(DatabaseProvider provider, PoolSettings settings)
    {
        Provider = provider;
        Settings = settings;
        Place = provider.Place;
        _logger = new SafeLogger(settings.LoggerFactory.CreateLogger("Cenote"));
        Journal = new PoolJournal(settings, _logger);
        Statements = settings.StatementStatistics is { } statements ? new StatementBook(statements, provider.Literals, settings.Clock) : null;
        _classifier = new FailureClassifier(provider, settings.ClassifyFailure);
        var limit = settings.Sizing is null ? settings.MaxSize : Math.Max(1, settings.MinSize);
        var capacity = new Capacity(
            settings.MinSize, settings.MaxSize, limit, settings.MaxConcurrentOpens, Max(settings.OpenRetryBaseDelay, TimeSpan.FromMilliseconds(100)), settings.Credentials is not null);
        Nesting = settings.NestedRents == NestedRents.Allow ? null : new NestedRentGuard(settings, _meters, _logger);
        Desk = new LeaseDesk(settings.Clock, _meters, capacity, settings.CircuitBreaker, settings.MaxWaiters, settings.QueueShedding)
        {
            StackSampling = settings.StackSampling,
            GuardsRents = Nesting is not null,
        };
        Labels = new PoolLabels(settings.Name, provider);
        Rents = new RentPath(Desk, settings, Journal, new RentTraces(settings, Labels), Nesting);
        CircuitAnnouncer = new CircuitAnnouncer(settings, Journal);
        Failures = new FailureAnnouncer(settings, _logger);
        Work = new ConnectionWork(provider, _classifier, settings, Desk, _leftBehind, CircuitAnnouncer, Failures, Journal, _closed.Token);
        Leaks = new LeakReporter(settings, _meters, Journal);
        Revoker = new LeaseRevoker(settings, Desk, Leaks);
        var trend = new PoolTrend();
        Judge = new PoolJudge(this, trend);
        _upkeep = new Upkeep(settings, Desk, _meters, Journal, new LeakScan(settings, Desk, Leaks, Revoker), new VerdictWatch(Judge, trend, Journal));
    }

    internal DatabaseProvider Provider { get; }

    internal PoolSettings Settings { get; }

    internal LeaseDesk Desk { get; }

    internal CircuitAnnouncer CircuitAnnouncer { get; }

    internal FailureAnnouncer Failures { get; }

    internal PoolJournal Journal { get; }

    internal PoolJudge Judge { get; }

    /// <summary><see langword="null"/> unless statements are counted.</summary>
    internal StatementBook? Statements { get; }

    /// <summary><see langword="null"/> unless the pool looks for nested rents.</summary>
    internal NestedRentGuard? Nesting { get; }

    internal RentPath Rents { get; }

    internal Upkeep Upkeep => _upkeep;

    /// <inheritdoc cref="DatabaseProvider.Place"/>
    internal (string System, string Address, string? User)? Place { get; }

    /// <summary>Whether it was among those that <see cref="ManyPools"/> has warned of. Guarded by its lock.</summary>
    internal bool IsOneOfMany { get; set; }

    internal ConnectionWork Work { get; }

    internal void Start()
    {
        Journal.Started();
        StartTelemetry();
        ManyPools.Look(this);
        Desk.Start(Work);
        if (Settings.Startup == StartupMode.FailAtStart)
        {
            ProveStart();
        }

        _upkeep.Start();
    }

    internal FailureKind ReportFailure(in ConnectionLease lease, Exception exception) =>
        lease.Slot is { } slot ? Work.ReportFailure(slot, lease.Ticket, exception, isRaw: false) : _classifier.Classify(exception);

    /// <summary>A cancel was sent, or may have been, while a statement ran on the lease.</summary>
    internal void NoteCancel(in ConnectionLease lease, in SentCancel cancel, bool isSent)
    {
        if (lease.Slot is { } slot)
        {
            Work.NoteCancel(slot, lease.Ticket, cancel, isSent);
        }
    }

    /// <inheritdoc cref="FailureClassifier.Classify"/>
    internal FailureKind Classify(Exception exception) => _classifier.Classify(exception);

    internal void LogWorkRetry(int attempt, TimeSpan delay, FailureKind kind, Exception? exception) =>
        PoolLog.WorkRetried(_logger, Settings.Name, attempt, kind, Readable.About(delay), exception);

    /// <inheritdoc cref="FailureClassifier.IsCancellation"/>
    internal bool IsCancellation(Exception exception) => _classifier.IsCancellation(exception);

    /// <summary>Ends a lease on whose connection a call of the driver hangs: the slot goes on, the connection is closed after that call.</summary>
    internal void GiveUp(in ConnectionLease lease, Task hangingCall)
    {
        if (lease.Slot is not { } slot || !slot.TryChange(lease.Ticket, SlotWord.With(lease.Ticket, SlotState.Closing)))
        {
            return;
        }

        var physical = slot.Physical!;
        Work.NoteFailure(slot, CloseReason.ResetFailed, new TimeoutException($"Ending what the holder left open took longer than ValidationTimeout ({Settings.ValidationTimeout})."));
        Work.GiveUp(slot, CloseReason.ResetFailed);
        _ = CloseAfterAsync();

        async Task CloseAfterAsync()
        {
            await hangingCall.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Work.CloseGivenUp(physical, CloseReason.ResetFailed);
        }
    }

    /// <summary>One rent shows whether a connection can be opened.</summary>
    private void ProveStart()
    {
        try
        {
            Rents.Rent(default, CancellationToken.None).Dispose();
        }
        catch (PoolException exception)
        {
            Close();
            if (exception is not (PoolTimeoutException or CircuitOpenException))
            {
                throw;
            }

            var failure = (exception as PoolTimeoutException)?.LastOpenFailure ?? (exception as CircuitOpenException)?.LastFailure
                ?? new OpenFailure(exception, FailureKind.Other, Settings.Clock.UtcNow, 0);
            throw (ConnectionOpenException)Work.DescribeOpenFailure(failure);
        }
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
