using Cenote.Events;
using Cenote.Statistics;

namespace Cenote.LeakDetection;

/// <summary>
/// A reporter of leaks: counts and logs them, and notifies the handlers of <see cref="ConnectionPool.LeakReported"/>.
/// </summary>
internal sealed class LeakReporter
{
    private readonly PoolSettings _settings;
    private readonly Meters _meters;
    private readonly PoolJournal _journal;

    internal LeakReporter(PoolSettings settings, Meters meters, PoolJournal journal)
    {
        _settings = settings;
        _meters = meters;
        _journal = journal;
        Reported = new OrderedEvent<LeakReportedEventArgs>(journal.HandlerFailed);
    }

    /// <summary>
    /// Gets the event. A blocking handler must not delay maintenance and the finalizer, which find leaks. The log
    /// contains reports that handlers miss.
    /// </summary>
    internal OrderedEvent<LeakReportedEventArgs> Reported { get; }

    internal void ReportSuspected(LeaseInfo lease)
    {
        _meters.LeaksSuspected.Increment();
        _journal.LeakSuspected(lease, _settings.LeakThreshold.GetValueOrDefault(), DescribeStack(lease));
        Notify(LeakKind.Suspected, lease);
    }

    internal void ReturnedLate(LeaseInfo lease)
    {
        _meters.LeasesReturnedLate.Increment();
        _journal.LeaseReturnedLate(lease);
        Notify(LeakKind.ReturnedLate, lease);
    }

    /// <summary>
    /// Reports an abandoned lease on the thread pool, because the finalizer's thread must not wait for a logger.
    /// </summary>
    internal void Abandoned(LeaseInfo lease) => ThreadPool.UnsafeQueueUserWorkItem(
        static report =>
        {
            var (reporter, lease) = report;
            reporter._journal.LeaseAbandoned(lease, DescribeStack(lease));
            reporter.Notify(LeakKind.Abandoned, lease);
        },
        (this, lease),
        preferLocal: false);

    internal void Revoked(LeaseInfo lease)
    {
        _meters.LeasesRevoked.Increment();
        _journal.LeaseRevoked(lease, DescribeStack(lease));
        Notify(LeakKind.Revoked, lease);
    }

    private static string DescribeStack(LeaseInfo lease) => lease.Origin is null ? "" : Environment.NewLine + lease.Origin.StackTrace;

    private void Notify(LeakKind kind, LeaseInfo lease)
    {
        if (Reported.HasHandlers)
        {
            Reported.Post(new LeakReportedEventArgs(_settings.Name, _settings.Clock.UtcNow, kind, lease));
        }
    }
}
