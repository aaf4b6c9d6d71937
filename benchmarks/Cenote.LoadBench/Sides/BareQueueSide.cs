namespace Cenote.LoadBench.Sides;

internal readonly struct BareQueueSide(BareQueue queue) : IAsyncSide<object>
{
    public ValueTask<object> RentAsync() => queue.RentAsync();

    public void Return(object item) => queue.Return(item);
}
