using Cenote.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Cenote.LeakDetection;

/// <summary>Tells of leaks: counts, logs, and calls the handlers of <see cref="ConnectionPool.LeakReported"/> one after the other.</summary>
internal sealed class LeakReporter(PoolSettings settings, Meters meters, ILogger logger)
{
    /// <summary>More reports than this wait for slow handlers; the oldest are dropped. The log has them all.</summary>
    internal const int MostWaiting = 1000;

    private readonly Queue<LeakReportedEventArgs> _waiting = new();
    private bool _isTelling;

    internal event EventHandler<LeakReportedEventArgs>? Reported;

    private ILogger Logger => logger;

    private string PoolName => settings.Name;

    /// <summary>What handlers get as the sender.</summary>
    internal object? Sender { get; set; }

    internal void Suspect(LeaseInfo lease)
    {
        meters.LeaksSuspected.Increment();
        PoolLog.LeakSuspected(logger, settings.Name, lease, settings.LeakThreshold.GetValueOrDefault(), DescribeStack(lease));
        Tell(LeakKind.Suspected, lease);
    }

    internal void ReturnedAfterAll(LeaseInfo lease)
    {
        meters.LateReturns.Increment();
        PoolLog.SuspectReturned(logger, settings.Name, lease);
        Tell(LeakKind.ReturnedAfterAll, lease);
    }

    /// <summary>The finalizer's thread, which finds these, must not wait for anybody's logger.</summary>
    internal void Abandoned(LeaseInfo lease) => ThreadPool.UnsafeQueueUserWorkItem(
        static report =>
        {
            var (reporter, lease) = report;
            PoolLog.Abandoned(reporter.Logger, reporter.PoolName, lease, DescribeStack(lease));
            reporter.Tell(LeakKind.Abandoned, lease);
        },
        (this, lease),
        preferLocal: false);

    internal void Revoked(LeaseInfo lease)
    {
        meters.LeasesRevoked.Increment();
        PoolLog.LeaseRevoked(logger, settings.Name, lease, DescribeStack(lease));
        Tell(LeakKind.Revoked, lease);
    }

    private static string DescribeStack(LeaseInfo lease) => lease.Origin is null ? "" : Environment.NewLine + lease.Origin.Stack;

    /// <summary>
    /// Handlers run on the thread pool, in the order of the reports: a handler that blocks must hold up neither upkeep nor the finalizer,
    /// which are what finds leaks.
    /// </summary>
    private void Tell(LeakKind kind, LeaseInfo lease)
    {
        if (Reported is null)
        {
            return;
        }

        lock (_waiting)
        {
            if (_waiting.Count >= MostWaiting)
            {
                _waiting.Dequeue();
            }

            _waiting.Enqueue(new LeakReportedEventArgs(kind, lease));
            if (_isTelling)
            {
                return;
            }

            _isTelling = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static reporter => reporter.TellAll(), this, preferLocal: false);
    }

    private void TellAll()
    {
        while (true)
        {
            LeakReportedEventArgs? next;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out next))
                {
                    _isTelling = false;
                    return;
                }
            }

            foreach (var handler in Delegate.EnumerateInvocationList(Reported))
            {
                try
                {
                    handler(Sender, next);
                }
                catch (Exception exception)
                {
                    PoolLog.LeakHandlerFailed(logger, settings.Name, next.Kind, exception);
                }
            }
        }
    }
}
