using Microsoft.Extensions.ObjectPool;

namespace Cenote.LoadBench.Sides;

internal readonly struct ObjectPoolSide(ObjectPool<object> pool) : IPeerSide<object>
{
    public object Rent() => pool.Get();

    public ValueTask<object> RentAsync() => new(pool.Get());

    public ValueTask<object> RentAsync(TimeSpan timeout) => new(pool.Get());

    public void Return(object item) => pool.Return(item);
}
