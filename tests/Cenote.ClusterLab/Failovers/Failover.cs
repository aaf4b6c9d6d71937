using System.Diagnostics;
using Cenote.ClusterLab.Clients;
using Cenote.ClusterLab.Clusters;

namespace Cenote.ClusterLab.Failovers;

/// <summary>Kills the server that is written to, while clients write and read, and brings it back.</summary>
internal sealed class Failover(Cluster cluster, Scenario scenario)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    // As a slow network does: without it there is hardly anything to lose on one machine.
    private static readonly TimeSpan HoldUp = TimeSpan.FromMilliseconds(300);

    private readonly List<string> _problems = [];

    internal async Task<FailoverResult> RunAsync()
    {
        await cluster.StartAsync();
        var sources = scenario.Connect(cluster);
        await using var crowd = new Crowd(cluster, sources);
        var ledger = crowd.Ledger;

        if (!await Patience.UntilAsync(() => ledger.EachWrote(300), Patience.Limit))
        {
            throw new InvalidOperationException($"{cluster.Name}: not every writer writes, to begin with. {ledger.Describe()}{Environment.NewLine}{string.Join(Environment.NewLine, sources.Story)}");
        }

        var victim = ledger.LastWrittenTo();
        await ExpectAsync(() => cluster.Ports.Where(port => port != victim).All(port => ledger.HasRead(port, cluster.HasReplicas)), "the other servers are read from, to begin with");

        if (cluster.HasReplicas)
        {
            sources.Note($"replication from {victim} is held up");
            await HoldUpReplicationAsync(victim);
        }

        var killed = ledger.Mark();
        var recovery = WatchRecoveryAsync(victim, killed);
        sources.Note($"kill of {victim}");
        await cluster.KillAsync(victim);
        await ExpectAsync(() => ledger.EachWrote(200), "every writer writes again after the kill");
        var recovered = await recovery;

        var restarted = ledger.Mark();
        sources.Note($"restart of {victim}");
        await cluster.RestartAsync(victim);
        await ExpectAsync(() => ledger.HasRead(victim, cluster.HasReplicas), "the killed server is read from again");
        var returned = Stopwatch.GetElapsedTime(restarted);
        ledger.Mark();
        await ExpectAsync(() => ledger.EachWrote(300), "every writer writes without a failure after the return");

        await crowd.StopAsync();
        await sources.CloseAsync();
        return await JudgeAsync(sources, ledger.Read(), victim, killed, recovered, returned);
    }

    private async Task HoldUpReplicationAsync(int victim)
    {
        await cluster.HoldUpReplicationAsync(victim);
        using var end = new PeriodicTimer(HoldUp);
        await end.WaitForNextTickAsync();
    }

    private async Task<FailoverResult> JudgeAsync(Sources sources, LedgerContents clients, int victim, long killed, TimeSpan? recovered, TimeSpan returned)
    {
        var (rows, agree) = await RowCheck.ReadAsync(cluster, clients.Writes[^1].Port);
        Expect(agree, "all three servers end with the same rows");

        var elsewhere = clients.Writes.Where(write => write.Port != victim && write.Ended > killed).ToList();
        var firstWrite = elsewhere.Count == 0 ? long.MaxValue : elsewhere[0].Ended;
        var lost = clients.Writes.Where(write => !rows.Contains(write.Row)).ToList();
        Expect(scenario.MayLose || lost.Count == 0, $"no acknowledged row is lost, but {string.Join(", ", lost.Take(5).Select(write => $"{write.Row} of port {write.Port} {Stopwatch.GetElapsedTime(killed, write.Ended).TotalMilliseconds} ms after the kill"))}");
        Expect(!scenario.MayLose || lost.Count > 0, "rows that no other server has are seen to be lost");
        Expect(lost.TrueForAll(write => write.Port == victim), "no row is lost that a living server acknowledged");
        Expect(!cluster.HasReplicas || !clients.Writes.Any(write => write.Port == victim && write.Started > firstWrite), "nothing is written to the old primary once there is a new one");
        var sent = clients.Writes.Select(static write => write.Row).Concat(clients.InDoubt).ToHashSet();
        Expect(rows.IsSubsetOf(sent), "every row was sent by a writer");

        var readsInGap = clients.Reads.Count(read => read.Started > killed && read.Ended < firstWrite);
        Expect(readsInGap > 0, "reads go on while no server takes writes");
        var ghosts = clients.Reads.Count(read => read.Started > firstWrite && read.Row.Number > 0 && !rows.Contains(read.Row));
        Expect(ghosts == 0, "no lost row is read once there is a new primary");
        foreach (var exception in clients.Unclear)
        {
            _problems.Add("callers get exceptions of the pool's or the driver's, not " + exception);
        }

        return new FailoverResult(cluster.Name, cluster.Versions, sources.Name)
        {
            IsCompared = scenario.IsCompared,
            Clients = clients,
            ClusterRecovery = recovered,
            FirstWrite = elsewhere.Count == 0 ? null : Stopwatch.GetElapsedTime(killed, firstWrite),
            LastWriter = elsewhere.Count == 0 ? null : Stopwatch.GetElapsedTime(killed, elsewhere.GroupBy(static write => write.Row.Client).Max(static client => client.First().Ended)),
            ReadsInGap = readsInGap,
            Return = returned,
            Lost = lost,
            WrittenAllTheSame = clients.InDoubt.Count(rows.Contains),
            GhostReads = ghosts,
            Story = sources.Story,
            Problems = _problems,
        };
    }

    private async Task<TimeSpan?> WatchRecoveryAsync(int victim, long killed)
    {
        using var looks = new PeriodicTimer(Look);
        while (Stopwatch.GetElapsedTime(killed) < Limit)
        {
            if (await cluster.HasRecoveredAsync(victim))
            {
                return Stopwatch.GetElapsedTime(killed);
            }

            await looks.WaitForNextTickAsync();
        }

        return null;
    }

    private async Task ExpectAsync(Func<bool> isMet, string what) => Expect(await Patience.UntilAsync(isMet, Limit), what);

    private void Expect(bool isMet, string what)
    {
        if (!isMet)
        {
            _problems.Add(what);
        }
    }
}
