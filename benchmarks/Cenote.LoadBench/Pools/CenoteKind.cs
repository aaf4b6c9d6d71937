using Cenote.LoadBench.Sides;
using Cenote.StubDriver;

namespace Cenote.LoadBench.Pools;

/// <summary>Our pool over the stub driver.</summary>
internal sealed class CenoteKind() : PoolKind<CenoteSide, ConnectionLease>("Cenote", Settings.Stub)
{
    internal override Task<PeerPool<CenoteSide>> CreateAsync(int size)
    {
        var pool = StubPools.Create(size);
        return Task.FromResult(new PeerPool<CenoteSide>(new CenoteSide(pool), static () => 0, pool.Dispose));
    }

    internal override Task<PeerPool<CenoteSide>> CreateColdAsync(int minSize, int maxSize, TimeSpan openTime)
    {
        var database = new StubDatabase { Script = new OpenTimes(openTime) };
        var pool = new ConnectionPoolBuilder()
            .UseProvider(new StubProvider(database)).WithSize(minSize, maxSize).WithAcquireTimeout(StubPools.Timeout).Build();
        return Task.FromResult(new PeerPool<CenoteSide>(new CenoteSide(pool), () => database.Calls(StubCall.Open).Started, pool.Dispose));
    }
}
