using System.Diagnostics;

namespace Cenote.LoadBench.Load;

/// <summary>
/// Callers that come at a fixed rate, each with a deadline. A caller that gets a connection uses it for a fixed time,
/// without processor time, as a query does.
/// </summary>
internal sealed class OpenLoop<T>(Func<TimeSpan, ValueTask<T>> rent, Action<T> giveBack)
{
    private readonly List<Task> _callers = [];
    private long _start;
    private int _served;
    private int _late;
    private long _latest;
    private int _offered;

    internal OpenLoopTurn Run(double rate)
    {
        _start = Stopwatch.GetTimestamp();
        var end = OpenLoop.WarmUp + OpenLoop.Duration;
        var arrived = 0;
        for (var now = TimeSpan.Zero; now < end; now = Stopwatch.GetElapsedTime(_start))
        {
            for (; arrived < now.TotalSeconds * rate; arrived++)
            {
                _callers.Add(ServeAsync(IsMeasured(now)));
            }

            Pause.For(TimeSpan.FromMilliseconds(1));
        }

        Task.WaitAll(_callers);
        return new OpenLoopTurn(_offered / OpenLoop.Duration.TotalSeconds, _served / OpenLoop.Duration.TotalSeconds, _late, TimeSpan.FromTicks(_latest));
    }

    private static bool IsMeasured(TimeSpan now) => now >= OpenLoop.WarmUp && now < OpenLoop.WarmUp + OpenLoop.Duration;

    private async Task ServeAsync(bool isMeasured)
    {
        _offered += isMeasured ? 1 : 0;
        var arrival = Stopwatch.GetTimestamp();
        T item;
        try
        {
            item = await rent(OpenLoop.Deadline);
        }
        catch (TimeoutException)
        {
            return;
        }
        catch (PoolTimeoutException)
        {
            return;
        }

        Count(Stopwatch.GetElapsedTime(arrival) - OpenLoop.Deadline);
        await Task.Delay(OpenLoop.Work, TimeProvider.System);
        giveBack(item);
    }

    private void Count(TimeSpan lateness)
    {
        if (!IsMeasured(Stopwatch.GetElapsedTime(_start)))
        {
            return;
        }

        if (lateness > OpenLoop.Waking)
        {
            Interlocked.Increment(ref _late);
        }
        else
        {
            Interlocked.Increment(ref _served);
        }

        var latest = Volatile.Read(ref _latest);
        while (lateness.Ticks > latest && Interlocked.CompareExchange(ref _latest, lateness.Ticks, latest) is var seen && seen != latest)
        {
            latest = seen;
        }
    }
}
