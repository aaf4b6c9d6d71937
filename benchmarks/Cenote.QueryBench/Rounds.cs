using System.Diagnostics;

namespace Cenote.QueryBench;

/// <summary>
/// Rounds in which every side works once, for the same time, with the same clients; every other round backwards.
/// </summary>
internal sealed class Rounds(IReadOnlyList<ISide> sides, int clients, TimeSpan turn)
{
    private bool _isOver;

    /// <returns>What each side did, by side and round.</returns>
    internal async Task<Turn[][]> RunAsync(int count)
    {
        var turns = sides.Select(_ => new Turn[count]).ToArray();

        // The first round connects, compiles and lets the pools adapt.
        for (var round = -1; round < count; round++)
        {
            for (var i = 0; i < sides.Count; i++)
            {
                var side = round % 2 == 0 ? i : sides.Count - 1 - i;
                var done = await TakeTurnAsync(sides[side]);
                if (round >= 0)
                {
                    turns[side][round] = done;
                }
            }
        }

        return turns;
    }

    private async Task<Turn> TakeTurnAsync(ISide side)
    {
        Volatile.Write(ref _isOver, false);
        var processorTime = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        Task<long>[] work = [.. Enumerable.Range(0, clients).Select(_ => Task.Run(() => WorkAsync(side)))];
        await Task.Delay(turn, TimeProvider.System);
        Volatile.Write(ref _isOver, true);
        var queries = (await Task.WhenAll(work)).Sum();
        return new Turn(queries / Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processorTime) / queries);
    }

    private async Task<long> WorkAsync(ISide side)
    {
        var queries = 0L;
        while (!Volatile.Read(ref _isOver))
        {
            await side.QueryAsync();
            queries++;
        }

        return queries;
    }
}
