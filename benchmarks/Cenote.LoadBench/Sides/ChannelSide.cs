namespace Cenote.LoadBench.Sides;

internal readonly struct ChannelSide(ChannelPool<object> pool) : IAsyncSide<object>
{
    public ValueTask<object> RentAsync() => pool.RentAsync(CancellationToken.None);

    public void Return(object item) => pool.Return(item);
}
