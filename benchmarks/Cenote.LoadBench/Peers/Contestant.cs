using System.Diagnostics;
using Cenote.LoadBench.Load;
using Cenote.LoadBench.Pools;
using Cenote.LoadBench.Sides;

namespace Cenote.LoadBench.Peers;

internal sealed class Contestant<TSide, T>(PoolKind<TSide, T> kind) : IContestant
    where TSide : struct, IPeerSide<T>
{
    private const int Connections = 8;
    private const int Callers = 64;

    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(1.2);

    /// <summary>The pool that was measured before may still be closing its connections.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(0.3);

    private PeerPool<TSide>? _pool;

    public PeerResult Result { get; } = new(kind.Name, kind.Setting, kind.Footnote);

    public bool HasQueue => kind.HasQueue;

    public bool Grows => kind.Grows;

    public Database? Server => kind is IServerPool<T> { Database: { IsServer: true } database } ? database : null;

    public async Task<(double Nanoseconds, double Bytes)> LeaseAsync(TimeSpan duration)
    {
        var side = await SideAsync();
        await LeaseAsync(side, s_settling);
        var bytes = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();
        var leases = await LeaseAsync(side, duration);
        return (Stopwatch.GetElapsedTime(start).TotalNanoseconds / leases, (double)(GC.GetTotalAllocatedBytes() - bytes) / leases);
    }

    public CrowdTurn HandOver(TimeSpan duration) =>
        Crowd<TSide, T>.Measure(SideAsync().GetAwaiter().GetResult(), Connections, Callers, duration);

    public async Task<Waits> AwaitAsync(TimeSpan hold, TimeSpan duration) =>
        await AsyncCallers.RunAsync<TSide, T>(await SideAsync(), Callers, hold, duration);

    public Waits Block(TimeSpan hold, TimeSpan duration)
    {
        var side = SideAsync().GetAwaiter().GetResult();
        return BlockedThreads.Run(() => side.Rent(), side.Return, Callers, hold, duration);
    }

    public async Task<OpenLoopTurn> OverloadAsync(double rate)
    {
        using var pool = await kind.CreateAsync(OpenLoop.Connections);
        return await Task.Run(() => new OpenLoop<T>(deadline => pool.Side.RentAsync(deadline), pool.Side.Return).Run(rate));
    }

    public async Task<(int Opens, TimeSpan Last)> SpikeAsync()
    {
        await Task.Delay(s_rest, TimeProvider.System);
        using var pool = await kind.CreateColdAsync(Spike.Initial, Spike.Callers, Spike.OpenTime);
        await Task.WhenAll(Enumerable.Range(0, Spike.Initial).Select(_ => UseAsync(pool.Side, Spike.OpenTime)));

        // A service at work: the pool may learn how long an open takes, and a use.
        for (var i = 0; i < Spike.Before; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, Spike.Initial).Select(_ => UseAsync(pool.Side, Spike.Work)));
        }

        var (opens, start) = (pool.CountOpens(), Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Spike.Callers).Select(_ => Task.Run(() => UseAsync(pool.Side, Spike.Work))));
        return (pool.CountOpens() - opens, Stopwatch.GetElapsedTime(start));
    }

    public async Task<TimeSpan> RampAsync()
    {
        await Task.Delay(s_rest, TimeProvider.System);
        using var pool = await kind.CreateColdAsync(0, Ramp.Callers, Ramp.OpenTime);
        var start = Stopwatch.GetTimestamp();
        T[] items = await Task.WhenAll(Enumerable.Range(0, Ramp.Callers).Select(_ => Task.Run(() => pool.Side.RentAsync().AsTask())));
        var elapsed = Stopwatch.GetElapsedTime(start);
        Array.ForEach(items, pool.Side.Return);
        return elapsed;
    }

    public async Task QueryAsync(int times)
    {
        var side = await SideAsync();
        for (var i = 0; i < times; i++)
        {
            await QueryAsync((IServerPool<T>)kind, side);
        }
    }

    public void Dispose() => _pool?.Dispose();

    private async Task<TSide> SideAsync() => (_pool ??= await kind.CreateAsync(Connections)).Side;

    private static async Task<long> LeaseAsync(TSide side, TimeSpan duration)
    {
        var leases = 0L;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
        {
            for (var i = 0; i < 64; i++)
            {
                side.Return(await side.RentAsync());
            }

            leases += 64;
        }

        return leases;
    }

    private static async Task UseAsync(TSide side, TimeSpan work)
    {
        var item = await side.RentAsync();
        await Task.Delay(work, TimeProvider.System);
        side.Return(item);
    }

    private static async Task QueryAsync(IServerPool<T> kind, TSide side)
    {
        var item = await side.RentAsync();
        try
        {
            await using var command = kind.ConnectionOf(item).CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync();
        }
        finally
        {
            side.Return(item);
        }
    }
}
