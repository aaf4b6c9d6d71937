namespace Cenote.LoadBench.Sides;

internal readonly struct SemaphoreSide(SemaphorePool<object> pool) : IPeerSide<object>
{
    public object Rent() => pool.Rent();

    public ValueTask<object> RentAsync() => pool.RentAsync();

    public ValueTask<object> RentAsync(TimeSpan timeout) => pool.RentAsync(timeout);

    public void Return(object item) => pool.Return(item);
}
