using System.Globalization;

namespace Cenote.BrowserTests.Browsing;

/// <summary>
/// How long the page's main thread worked: scripts, style, layout and painting. As the processor's time of that thread,
/// which a busy machine does not stretch.
/// </summary>
internal sealed class MainThread
{
    private readonly ICDPSession _session;

    private MainThread(ICDPSession session) => _session = session;

    internal static async Task<MainThread> WatchAsync(Visit visit)
    {
        var session = await visit.Context.NewCDPSessionAsync(visit.Page);
        await session.SendAsync("Performance.enable", new Dictionary<string, object>(StringComparer.Ordinal) { ["timeDomain"] = "threadTicks" });
        return new MainThread(session);
    }

    /// <summary>All that it did so far.</summary>
    internal async Task<TimeSpan> ReadAsync()
    {
        var answer = await _session.SendAsync("Performance.getMetrics");
        foreach (var metric in answer!.Value.GetProperty("metrics").EnumerateArray())
        {
            if (metric.GetProperty("name").GetString() == "TaskDuration")
            {
                return TimeSpan.FromSeconds(metric.GetProperty("value").GetDouble());
            }
        }

        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The browser does not tell the TaskDuration: {answer}"));
    }
}
