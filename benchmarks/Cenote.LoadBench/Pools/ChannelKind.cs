using Cenote.LoadBench.Sides;

namespace Cenote.LoadBench.Pools;

internal sealed class ChannelKind() : PoolKind<ChannelSide, object>("channel pool", Settings.Stub)
{
    internal override bool Grows => false;

    internal override string Footnote => "a fixed number of connections, opened before the first caller";

    internal override Task<PeerPool<ChannelSide>> CreateAsync(int size) =>
        Task.FromResult(new PeerPool<ChannelSide>(new ChannelSide(StubPools.CreateChannel(size)), static () => 0, static () => { }));

    internal override Task<PeerPool<ChannelSide>> CreateColdAsync(int minSize, int maxSize, TimeSpan openTime) => throw new NotSupportedException();
}
