namespace Cenote.LoadBench.Sides;

internal readonly struct ChannelSide(ChannelPool<object> pool) : IPeerSide<object>
{
    // A channel has no call that blocks: this is what its users write.
    public object Rent() => pool.RentAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public ValueTask<object> RentAsync() => pool.RentAsync(CancellationToken.None);

    public ValueTask<object> RentAsync(TimeSpan timeout) => pool.RentAsync(timeout, CancellationToken.None);

    public void Return(object item) => pool.Return(item);
}
