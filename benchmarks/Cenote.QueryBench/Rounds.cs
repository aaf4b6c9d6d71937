using System.Diagnostics;

namespace Cenote.QueryBench;

/// <summary>
/// Rounds in which every side works once, for the same time, with the same clients; every other round backwards.
/// </summary>
internal sealed class Rounds(IReadOnlyList<ISide> sides, bool isBlocking, int clients, TimeSpan turn)
{
    private bool _isOver;

    /// <returns>The turns, by side and round.</returns>
    internal async Task<Turn[][]> RunAsync(int count)
    {
        var turns = sides.Select(_ => new Turn[count]).ToArray();

        // The first round connects, compiles and lets the pools adapt.
        for (var round = -1; round < count; round++)
        {
            for (var i = 0; i < sides.Count; i++)
            {
                var side = round % 2 == 0 ? i : sides.Count - 1 - i;
                var done = await TakeTurnAsync(sides[side], round < 0 ? 2 * turn : turn);
                if (round >= 0)
                {
                    turns[side][round] = done;
                }
            }
        }

        return turns;
    }

    private async Task<Turn> TakeTurnAsync(ISide side, TimeSpan duration)
    {
        Volatile.Write(ref _isOver, false);
        Latencies[] latencies = [.. Enumerable.Range(0, clients).Select(static _ => new Latencies())];
        var bytes = GC.GetTotalAllocatedBytes();
        var processorTime = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        Task[] work = [.. latencies.Select(own => isBlocking
            ? Task.Factory.StartNew(() => Work(side, own), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : Task.Run(() => WorkAsync(side, own)))];
        await Task.Delay(duration, TimeProvider.System);
        Volatile.Write(ref _isOver, true);
        await Task.WhenAll(work);
        var elapsed = Stopwatch.GetElapsedTime(start);
        processorTime = Environment.CpuUsage.TotalTime - processorTime;
        bytes = GC.GetTotalAllocatedBytes() - bytes;
        var all = latencies[0];
        Array.ForEach(latencies[1..], all.Add);
        return new Turn(all.Count / elapsed.TotalSeconds, processorTime.TotalMicroseconds / all.Count, (double)bytes / all.Count, all);
    }

    private async Task WorkAsync(ISide side, Latencies latencies)
    {
        var start = Stopwatch.GetTimestamp();
        while (!Volatile.Read(ref _isOver))
        {
            await side.QueryAsync();
            var end = Stopwatch.GetTimestamp();
            latencies.Record(end - start);
            start = end;
        }
    }

    private void Work(ISide side, Latencies latencies)
    {
        var start = Stopwatch.GetTimestamp();
        while (!Volatile.Read(ref _isOver))
        {
            side.Query();
            var end = Stopwatch.GetTimestamp();
            latencies.Record(end - start);
            start = end;
        }
    }
}
