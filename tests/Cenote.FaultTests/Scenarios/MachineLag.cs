using System.Diagnostics;

namespace Cenote.FaultTests.Scenarios;

/// <summary>
/// How late this machine wakes a thread that only the lab uses. What a caller waited beyond its deadline because
/// no core was free is not the pool's fault; a thread pool without threads would be one, and is not forgiven.
/// </summary>
internal static class MachineLag
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private static readonly List<(long From, long To)> Stops = Start();

    /// <summary>The longest time between two moments for which the thread was not woken although it was due.</summary>
    internal static TimeSpan During(long from, long to)
    {
        lock (Stops)
        {
            return Stops.Where(stop => stop.From <= to && stop.To >= from)
                .Aggregate(TimeSpan.Zero, static (sum, stop) => sum + Stopwatch.GetElapsedTime(stop.From, stop.To) - Step);
        }
    }

    private static List<(long From, long To)> Start()
    {
        var stops = new List<(long From, long To)>();
        new Thread(() => Watch(stops)) { IsBackground = true, Name = "Machine lag" }.Start();
        return stops;
    }

    private static void Watch(List<(long From, long To)> stops)
    {
        using var never = new ManualResetEvent(initialState: false);
        while (true)
        {
            var from = Stopwatch.GetTimestamp();
            never.WaitOne(Step);
            var to = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(from, to) > Step * 3)
            {
                lock (stops)
                {
                    stops.Add((from, to));
                    if (stops.Count > 1000)
                    {
                        stops.RemoveRange(0, 500);
                    }
                }
            }
        }
    }
}
