using System.Diagnostics;

namespace Cenote.LoadBench.Load;

/// <summary>Threads that rent blocking, hold the connection for a moment, return it, and rent again.</summary>
internal static class BlockedThreads
{
    internal static Waits Run<T>(Func<T> rent, Action<T> giveBack, int threads, TimeSpan hold, TimeSpan duration)
    {
        var isOver = false;
        var waits = Enumerable.Range(0, threads).Select(static _ => new List<double>(1 << 16)).ToArray();
        using var begin = new Barrier(threads + 1);
        Thread[] team = [.. waits.Select(own => new Thread(() => Work(own)))];
        Array.ForEach(team, static thread => thread.Start());
        begin.SignalAndWait();
        Pause.For(duration);
        Volatile.Write(ref isOver, true);
        Array.ForEach(team, static thread => thread.Join());
        return new Waits([.. waits.SelectMany(static own => own).Order()], [.. waits.Select(static own => (long)own.Count)]);

        void Work(List<double> own)
        {
            begin.SignalAndWait();
            while (!Volatile.Read(ref isOver))
            {
                var start = Stopwatch.GetTimestamp();
                var item = rent();
                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                Pause.For(hold);
                giveBack(item);
            }
        }
    }
}
