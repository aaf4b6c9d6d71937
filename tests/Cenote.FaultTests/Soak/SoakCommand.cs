using System.Diagnostics;
using System.Globalization;
using Cenote.FaultTests.Scenarios;

namespace Cenote.FaultTests.Soak;

/// <summary>
/// All faults at random, for as long as asked, on both servers at once: one pool each that lives through all of it.
/// </summary>
internal static class SoakCommand
{
    internal static async Task<int> RunAsync(double minutes, int? seed)
    {
        var chosen = seed ?? Random.Shared.Next();
        Console.WriteLine(FormattableString.Invariant($"soak: {minutes} minutes, seed {chosen} (the same seed chooses the same faults)"));
        UnobservedWatch.Start();
        var started = Stopwatch.GetTimestamp();
        var duration = TimeSpan.FromMinutes(minutes);
        await using var postgreSql = await SoakedPool.StartAsync(await PostgreSqlServer.StartNewAsync(), chosen);
        await using var mariaDb = await SoakedPool.StartAsync(await MariaDbServer.StartNewAsync(), chosen + 1);
        SoakedPool[] pools = [postgreSql, mariaDb];
        using (var end = new CancellationTokenSource())
        {
            var lines = ReportAsync(pools, started, end.Token);
            await Task.WhenAll(pools.Select(pool => pool.RunAsync(() => Stopwatch.GetElapsedTime(started) < duration)));
            await end.CancelAsync();
            await lines;
        }

        foreach (var pool in pools)
        {
            await pool.FinishAsync();
        }

        var unobserved = UnobservedWatch.Take();
        Console.WriteLine();
        foreach (var pool in pools)
        {
            Console.WriteLine(pool.Report());
        }

        foreach (var text in unobserved)
        {
            Console.WriteLine("Unobserved: " + text);
        }

        var isGood = unobserved.Count == 0 && pools.All(static pool => pool.ProblemCount == 0 && pool.Rounds > 0);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"soak: {(isGood ? "every promise held" : "PROMISES WERE BROKEN")} for {Stopwatch.GetElapsedTime(started).TotalMinutes:F1} minutes, {pools.Sum(static pool => pool.Rounds)} faults, seed {chosen}"));
        return isGood ? 0 : 1;
    }

    private static async Task ReportAsync(SoakedPool[] pools, long started, CancellationToken end)
    {
        using var minutes = new PeriodicTimer(TimeSpan.FromMinutes(1));
        try
        {
            while (await minutes.WaitForNextTickAsync(end))
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"minute {Stopwatch.GetElapsedTime(started).TotalMinutes:F0}: {string.Join(" | ", pools.Select(static pool => pool.Line()))}"));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
