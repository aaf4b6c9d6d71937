using System.Data.Common;
using Cenote.LoadBench.HandOver;
using Cenote.LoadBench.Load;
using Cenote.LoadBench.Pools;
using Cenote.Reporting;

namespace Cenote.LoadBench.Peers;

/// <summary><c>./bench peers</c>: our pool and others, side by side.</summary>
internal sealed class PeersBench(IContestant[] contestants, PeerResults results, List<string> missing)
{
    internal const int ResetLeases = 500;

    private static readonly TimeSpan s_hold = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private (string Name, Func<Task> RunAsync)[] Parts =>
    [
        ("lease", LeaseAsync),
        ("handover", HandOverAsync),
        ("awaiting", AwaitingAsync),
        ("blocking", BlockingAsync),
        ("overload", OverloadAsync),
        ("cold", ColdAsync),
        ("server", ServerAsync),
        ("java", JavaAsync),
        ("node", NodeAsync),
        ("report", static () => Task.CompletedTask),
    ];

    internal static async Task<int> RunAsync(string[] args)
    {
        if (BenchArguments.Parse("peers", args, "--only") is not { } arguments)
        {
            return 2;
        }

        if (arguments.Help)
        {
            Console.WriteLine("""
                Usage: ./bench peers [--save] [--only PART,PART]

                  --save       write the report to benchmarks/results/ and the chart to docs/images/peers.svg
                  --only PART  measure some parts and report them with what the other parts measured before:
                               lease, handover, awaiting, blocking, overload, cold, server, java, node;
                               report measures nothing
                """);
            return 0;
        }

        List<string> missing = [];
        var contestants = Contestants.Create(missing);
        try
        {
            var results = new PeerResults(contestants.Select(static contestant => contestant.Result));
            var bench = new PeersBench(contestants, results, missing);
            if (!await bench.MeasureAsync(arguments["--only"]))
            {
                return 2;
            }

            var report = PeersReport.Create(arguments, results, missing);
            if (arguments.Save)
            {
                report.Save("peers");
                PeersChart.Save(results);
            }
        }
        finally
        {
            Array.ForEach(contestants, static contestant => contestant.Dispose());
        }

        return 0;
    }

    private async Task<bool> MeasureAsync(string? only)
    {
        var parts = Parts.Where(part => only is null || only.Split(',').Contains(part.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        if (parts.Count == 0)
        {
            Console.Error.WriteLine($"--only {only}: no such part. Try ./bench peers --help.");
            return false;
        }

        if (only is not null)
        {
            results.Read();
        }

        foreach (var (name, runAsync) in parts)
        {
            Console.WriteLine($"  {name}");
            await runAsync();
            results.Write();
        }

        Console.WriteLine();
        return true;
    }

    private Task LeaseAsync()
    {
        // Long turns: our pool times every lease until it has been busy for a second.
        Take(5, contestants, static contestant => contestant.LeaseAsync(s_second * 0.2).GetAwaiter().GetResult(), static (result, turns) =>
        {
            result[Measure.LeaseNanoseconds] = Median.Of(turns.Select(static turn => turn.Nanoseconds));
            result[Measure.LeaseBytes] = Median.Of(turns.Select(static turn => turn.Bytes));
        });
        return Task.CompletedTask;
    }

    private Task HandOverAsync()
    {
        Take(7, WithQueue(), static contestant => contestant.HandOver(s_second * 0.4), static (result, turns) =>
        {
            result[Measure.HandOversPerSecond] = Median.Of(turns.Select(static turn => turn.PerSecond));
            result[Measure.HandOverBytes] = Median.Of(turns.Select(static turn => turn.BytesEach));
        });
        return Task.CompletedTask;
    }

    private Task AwaitingAsync()
    {
        Take(3, WithQueue(), static contestant => contestant.AwaitAsync(s_hold, s_second).GetAwaiter().GetResult(), static (result, turns) => Add(result, Measure.Awaiting, turns));
        return Task.CompletedTask;
    }

    private Task BlockingAsync()
    {
        Take(3, WithQueue(), static contestant => contestant.Block(s_hold, s_second), static (result, turns) => Add(result, Measure.Blocking, turns));
        return Task.CompletedTask;
    }

    private async Task OverloadAsync()
    {
        foreach (var contestant in WithQueue())
        {
            var capacity = OpenLoop.MeasureCapacity();
            foreach (var load in PeersReport.Loads)
            {
                var turn = await contestant.OverloadAsync(load * capacity);
                contestant.Result[Measure.Late(load)] = turn.Late;
                contestant.Result[Measure.Goodput(load)] = turn.Served / Math.Min(capacity, turn.Offered);
            }
        }
    }

    private Task ColdAsync()
    {
        IContestant[] growing = [.. contestants.Where(static contestant => contestant.Grows && contestant.Result.Setting != Settings.Sqlite)];
        Take(5, growing, static contestant => contestant.SpikeAsync().GetAwaiter().GetResult(), static (result, turns) =>
        {
            result[Measure.SpikeOpens] = Median.Of(turns.Select(static turn => (double)turn.Opens));
            result[Measure.SpikeLast] = Median.Of(turns.Select(static turn => turn.Last.TotalMilliseconds));
        });
        Take(5, growing, static contestant => contestant.RampAsync().GetAwaiter().GetResult(), static (result, turns) =>
            result[Measure.RampLast] = Median.Of(turns.Select(static turn => turn.TotalMilliseconds)));
        return Task.CompletedTask;
    }

    private async Task ServerAsync()
    {
        foreach (var contestant in contestants.Where(static contestant => contestant.Server is not null))
        {
            try
            {
                // The connections are opened before the count.
                await contestant.QueryAsync(1);
                contestant.Result[Measure.Resets] = await contestant.Server!.Resets!.CountAsync(ResetLeases, () => contestant.QueryAsync(ResetLeases));
            }
            catch (DbException exception)
            {
                missing.Add($"resets of {contestant.Result.Name}: {exception.Message}");
            }
        }

        await new ExternalPeers(results, missing).RunRecoveryAsync();
    }

    private Task JavaAsync() => new ExternalPeers(results, missing).RunJavaAsync();

    private Task NodeAsync() => new ExternalPeers(results, missing).RunNodeAsync(
        contestants.Select(static contestant => contestant.Server).FirstOrDefault(static server => server?.Setting == Settings.PostgreSql));

    private IContestant[] WithQueue() => [.. contestants.Where(static contestant => contestant.HasQueue && contestant.Result.Setting != Settings.Sqlite)];

    private static void Take<TTurn>(int rounds, IContestant[] sides, Func<IContestant, TTurn> measure, Action<PeerResult, TTurn[]> add)
    {
        var turns = Turns.Take(rounds, [.. sides.Select(side => (Func<TTurn>)(() => measure(side)))]);
        for (var i = 0; i < sides.Length; i++)
        {
            add(sides[i].Result, turns[i]);
        }
    }

    private static void Add(PeerResult result, string prefix, Waits[] turns)
    {
        Func<Waits, double>[] values =
        [
            static turn => turn.Milliseconds.Length / s_second.TotalSeconds,
            static turn => turn.Mean,
            static turn => turn.Percentile(0.5),
            static turn => turn.Percentile(0.99),
            static turn => turn.Percentile(0.999),
            static turn => turn.Longest,
            static turn => turn.JainIndex,
        ];
        for (var i = 0; i < values.Length; i++)
        {
            result[$"{prefix}.{Measure.Waits[i]}"] = Median.Of(turns.Select(values[i]));
        }
    }
}
