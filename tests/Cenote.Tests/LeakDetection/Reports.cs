using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Cenote.Tests.LeakDetection;

/// <summary>What a pool reported, in order.</summary>
internal sealed class Reports
{
    private readonly Channel<LeakReportedEventArgs> _reports = Channel.CreateUnbounded<LeakReportedEventArgs>();
    private readonly ConcurrentQueue<LeakReportedEventArgs> _all = new();

    public Reports(ConnectionPool pool) => pool.LeakReported += (sender, report) =>
    {
        Assert.Same(pool, sender);
        _all.Enqueue(report);
        _reports.Writer.TryWrite(report);
    };

    public int Count => _all.Count;

    public async Task<LeakReportedEventArgs> NextAsync(LeakKind kind)
    {
        var report = await _reports.Reader.ReadAsync().Soon();
        Assert.Equal(kind, report.Kind);
        return report;
    }
}
