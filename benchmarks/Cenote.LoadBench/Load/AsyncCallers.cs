using System.Diagnostics;
using Cenote.LoadBench.Sides;

namespace Cenote.LoadBench.Load;

/// <summary>Tasks that rent, hold the connection for a moment, return it, and rent again.</summary>
internal static class AsyncCallers
{
    internal static async Task<Waits> RunAsync<TSide, T>(TSide side, int callers, TimeSpan hold, TimeSpan duration)
        where TSide : struct, IAsyncSide<T>
    {
        var start = Stopwatch.GetTimestamp();
        var waits = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(WorkAsync)));
        return new Waits([.. waits.SelectMany(static own => own).Order()], [.. waits.Select(static own => (long)own.Count)]);

        async Task<List<double>> WorkAsync()
        {
            List<double> own = [];
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                var begin = Stopwatch.GetTimestamp();
                var item = await side.RentAsync();
                own.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                await Task.Delay(hold, TimeProvider.System);
                side.Return(item);
            }

            return own;
        }
    }
}
