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
        _nesting = settings.NestedRents == NestedRents.Allow ? null : new NestedRentGuard(settings, _meters, _logger);
        Desk = new LeaseDesk(settings.Clock, _meters, capacity, settings.CircuitBreaker, settings.MaxWaiters, settings.QueueShedding)
        {
            StackSampling = settings.StackSampling,
            GuardsRents = _nesting is not null,
        };
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
    internal NestedRentGuard? Nesting => _nesting;

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

    internal ValueTask<ConnectionLease> RentAsync(
        TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName) =>
        !cancellationToken.IsCancellationRequested && Desk.TryRent(filePath, lineNumber, memberName) is { IsGiven: true } lease
            ? new ValueTask<ConnectionLease>(lease)
            : RentSlowAsync(timeout, cancellationToken, filePath, lineNumber, memberName);

    internal ConnectionLease Rent(TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName) =>
        !cancellationToken.IsCancellationRequested && Desk.TryRent(filePath, lineNumber, memberName) is { IsGiven: true } lease
            ? lease
            : RentSlow(timeout, cancellationToken, filePath, lineNumber, memberName);

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

    private async ValueTask<ConnectionLease> QueueUntracedAsync(
        TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = NewRequest(timeout, cancellationToken, filePath, lineNumber, memberName);
        var waiter = Desk.Enqueue(request, isBlocking: false);
        while (true)
        {
            var place = waiter.Sequence;
            var lease = await waiter.AsValueTask().ConfigureAwait(false);
            if (ReturnPath.TryReceive(lease, out var failure))
            {
                Journal.Acquired(request);
                return lease;
            }

            waiter = QueueAgain(request with { Place = place }, isBlocking: false, lease, failure);
        }
    }

    private ConnectionLease QueueUntraced(
        TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName, ref bool hasWaited)
    {
        var request = NewRequest(timeout, cancellationToken, filePath, lineNumber, memberName);
        var waiter = Desk.Enqueue(request, isBlocking: true);
        while (true)
        {
            var place = waiter.Sequence;
            hasWaited |= !waiter.IsDone;
            var lease = waiter.WaitBlocking();
            if (ReturnPath.TryReceive(lease, out var failure))
            {
                Journal.Acquired(request);
                return lease;
            }

            waiter = QueueAgain(request with { Place = place }, isBlocking: true, lease, failure);
        }
    }

    /// <summary>First back into the place that the caller had, then the dead connection goes: its replacement finds the caller there.</summary>
    private Waiter QueueAgain(in RentRequest request, bool isBlocking, in ConnectionLease dead, Exception? failure)
    {
        try
        {
            return Desk.Enqueue(request, isBlocking);
        }
        finally
        {
            Desk.Returns.CloseDead(dead.Slot!, dead.Ticket, failure);
        }
    }

    private RentRequest NewRequest(TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName) =>
        new(Settings.Clock.GetTimestamp(), timeout, Settings.Clock.Elapsed + timeout, cancellationToken, filePath, lineNumber, memberName)
        {
            Origin = CaptureOrigin(),
        };

    /// <summary>One rent shows whether a connection can be opened.</summary>
    private void ProveStart()
    {
        try
        {
            Rent(Settings.AcquireTimeout, CancellationToken.None, filePath: null, 0, memberName: null).Dispose();
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
