using System.Diagnostics;

namespace Cenote.ConnectBench;

/// <summary>The sides in turns, every other round backwards.</summary>
internal sealed class Rounds(BenchDatabase database, int size)
{
    internal static readonly string[] Sides = ["Npgsql's pool", "Cenote", "Cenote, own reset"];

    /// <returns>By side and round.</returns>
    internal async Task<Turn[][]> RunAsync(int count)
    {
        List<Turn>[] turns = [.. Sides.Select(static _ => new List<Turn>())];

        // The first are for the compiler and the server's caches.
        for (var round = -6; round < count; round++)
        {
            for (var i = 0; i < Sides.Length; i++)
            {
                var side = round % 2 == 0 ? i : Sides.Length - 1 - i;
                var turn = await MeasureAsync(side);
                if (round >= 0)
                {
                    turns[side].Add(turn);
                }
            }
        }

        return [.. turns.Select(static side => side.ToArray())];
    }

    private async Task<Turn> MeasureAsync(int index)
    {
        await database.WaitUntilEmptyAsync();
        var loads = await database.CountLoadsAsync();
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var server = await database.ReadProcessorTimeAsync();
        var client = Process.GetCurrentProcess().TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        await using var side = New(index);
        await side.FillAsync(size);
        var open = Stopwatch.GetElapsedTime(started);
        client = Process.GetCurrentProcess().TotalProcessorTime - client;
        server = await database.ReadProcessorTimeAsync() - server;
        memory = GC.GetTotalMemory(forceFullCollection: true) - memory;

        started = Stopwatch.GetTimestamp();
        side.Clear();
        await side.FillAsync(size);
        var replace = Stopwatch.GetElapsedTime(started);
        return new Turn(open, client, server, (double)memory / size, replace, await database.CountLoadsAsync() - loads);
    }

    private Side New(int index) => index switch
    {
        0 => new DriverSide(database.ConnectionString, size),
        1 => new PoolSide(database.ConnectionString, size, SessionReset.ByDriver),
        _ => new PoolSide(database.ConnectionString, size, SessionReset.ByPool),
    };
}
