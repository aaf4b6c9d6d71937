using Cenote.Dashboard.Json;
using Cenote.Dashboard.Reports;

namespace Cenote.Dashboard.Sampling;

/// <summary>The last reports of leaks of one pool, the newest first. Thread-safe.</summary>
internal sealed class LeakLog(TimeProvider timeProvider)
{
    private const int Capacity = 50;

    private readonly object _gate = new();
    private readonly LinkedList<LeakJson> _reports = new();

    internal IReadOnlyList<LeakJson> Read()
    {
        lock (_gate)
        {
            return [.. _reports];
        }
    }

    internal void Record(object? sender, LeakReportedEventArgs report)
    {
        var lease = report.Lease;
        var entry = new LeakJson(
            timeProvider.GetUtcNow(), report.Kind.ToString(), lease.CallSite.ToString(), lease.SlotId, LatencyReport.Seconds(lease.Age), lease.Origin?.StackTrace);
        lock (_gate)
        {
            _reports.AddFirst(entry);
            if (_reports.Count > Capacity)
            {
                _reports.RemoveLast();
            }
        }
    }
}
