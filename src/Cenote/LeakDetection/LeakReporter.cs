using Cenote.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Cenote.LeakDetection;

/// <summary>Tells of leaks: counts, logs, and calls the handlers of <see cref="ConnectionPool.LeakReported"/> one after the other.</summary>
internal sealed class LeakReporter
{
    private readonly PoolSettings _settings;
    private readonly Meters _meters;
    private readonly ILogger _logger;
    private readonly EventPump<LeakReportedEventArgs> _pump;

    internal LeakReporter(PoolSettings settings, Meters meters, ILogger logger)
    {
        _settings = settings;
        _meters = meters;
        _logger = logger;
        _pump = new EventPump<LeakReportedEventArgs>(Raise);
    }

    internal event EventHandler<LeakReportedEventArgs>? Reported;

    /// <summary>What handlers get as the sender.</summary>
    internal object? Sender { get; set; }

    internal void Suspect(LeaseInfo lease)
    {
        _meters.LeaksSuspected.Increment();
        PoolLog.LeakSuspected(_logger, _settings.Name, lease, _settings.LeakThreshold.GetValueOrDefault(), DescribeStack(lease));
        Tell(LeakKind.Suspected, lease);
    }

    internal void ReturnedAfterAll(LeaseInfo lease)
    {
        _meters.LateReturns.Increment();
        PoolLog.SuspectReturned(_logger, _settings.Name, lease);
        Tell(LeakKind.ReturnedAfterAll, lease);
    }

    /// <summary>The finalizer's thread, which finds these, must not wait for anybody's logger.</summary>
    internal void Abandoned(LeaseInfo lease) => ThreadPool.UnsafeQueueUserWorkItem(
        static report =>
        {
            var (reporter, lease) = report;
            PoolLog.Abandoned(reporter._logger, reporter._settings.Name, lease, DescribeStack(lease));
            reporter.Tell(LeakKind.Abandoned, lease);
        },
        (this, lease),
        preferLocal: false);

    internal void Revoked(LeaseInfo lease)
    {
        _meters.LeasesRevoked.Increment();
        PoolLog.LeaseRevoked(_logger, _settings.Name, lease, DescribeStack(lease));
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
                PoolLog.LeakHandlerFailed(_logger, _settings.Name, report.Kind, exception);
            }
        }
    }
}
