using System.Diagnostics;

namespace Cenote.LoadBench.Load;

/// <summary>The numbers of an open loop.</summary>
internal static class OpenLoop
{
    internal const int Connections = 20;

    internal static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(250);
    internal static readonly TimeSpan Work = TimeSpan.FromMilliseconds(20);
    internal static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(600);
    internal static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// The time that a served caller's thread may take to wake up. The pool is not to blame for that, and a pool in
    /// overload serves callers shortly before their deadlines.
    /// </summary>
    internal static readonly TimeSpan Waking = TimeSpan.FromMilliseconds(5);

    /// <summary>Measures how many uses a second the connections allow at most: loops that only wait.</summary>
    internal static double MeasureCapacity()
    {
        var uses = 0;
        var start = Stopwatch.GetTimestamp();
        Task.WaitAll([.. Enumerable.Range(0, Connections).Select(UseAsync)]);
        return uses / Stopwatch.GetElapsedTime(start).TotalSeconds;

        async Task UseAsync(int number)
        {
            // As in a pool under load, the uses do not end at the same moment.
            await Task.Delay(TimeSpan.FromMilliseconds(number), TimeProvider.System);
            while (Stopwatch.GetElapsedTime(start) < Duration)
            {
                await Task.Delay(Work, TimeProvider.System);
                Interlocked.Increment(ref uses);
            }
        }
    }
}
