using Cenote.Diagnostics;
using Cenote.History;

namespace Cenote.LeakDetection;

/// <summary>Tells of leaks: counts, logs, and calls the handlers of <see cref="ConnectionPool.LeakReported"/> one after the other.</summary>
internal sealed class LeakReporter
{
    private readonly PoolSettings _settings;
    private readonly Meters _meters;
    private readonly PoolJournal _journal;
    private readonly EventPump<LeakReportedEventArgs> _pump;

    internal LeakReporter(PoolSettings settings, Meters meters, PoolJournal journal)
    {
        _settings = settings;
        _meters = meters;
        _journal = journal;
        _pump = new EventPump<LeakReportedEventArgs>(Raise);
    }

    internal event EventHandler<LeakReportedEventArgs>? Reported;

    /// <summary>What handlers get as the sender.</summary>
    internal object? Sender { get; set; }

    internal void Suspect(LeaseInfo lease)
    {
        _meters.LeaksSuspected.Increment();
        _journal.LeakSuspected(lease, _settings.LeakThreshold.GetValueOrDefault(), DescribeStack(lease));
        Tell(LeakKind.Suspected, lease);
    }

    internal void ReturnedAfterAll(LeaseInfo lease)
    {
        _meters.LateReturns.Increment();
        _journal.SuspectReturned(lease);
        Tell(LeakKind.ReturnedAfterAll, lease);
    }

    /// <summary>The finalizer's thread, which finds these, must not wait for anybody's logger.</summary>
    internal void Abandoned(LeaseInfo lease) => ThreadPool.UnsafeQueueUserWorkItem(
        static report =>
        {
            var (reporter, lease) = report;
            reporter._journal.LeakProven(lease, DescribeStack(lease));
            reporter.Tell(LeakKind.Abandoned, lease);
        },
        (this, lease),
        preferLocal: false);

    internal void Revoked(LeaseInfo lease)
    {
        _meters.LeasesRevoked.Increment();
        _journal.LeaseRevoked(lease, DescribeStack(lease));
        Tell(LeakKind.Revoked, lease);
    }

    private static string DescribeStack(LeaseInfo lease) => lease.Origin is null ? "" : Environment.NewLine + lease.Origin.Stack;

    /// <summary>A handler that blocks must hold up neither upkeep nor the finalizer, which are what finds leaks. The log has what handlers miss.</summary>
    private void Tell(LeakKind kind, LeaseInfo lease)
    {
        if (Reported is not null)
        {
            _pump.Post(new LeakReportedEventArgs(kind, lease));
        }
    }

    private void Raise(LeakReportedEventArgs report)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(Reported))
        {
            try
            {
                handler(Sender, report);
            }
            catch (Exception exception)
            {
                PoolLog.LeakHandlerFailed(_journal.Logger, _settings.Name, report.Kind, exception);
            }
        }
    }
}
