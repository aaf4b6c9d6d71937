namespace Cenote.LoadBench.Sides;

internal readonly struct CenoteSide(ConnectionPool pool) : IAsyncSide<ConnectionLease>
{
    public ValueTask<ConnectionLease> RentAsync() => pool.RentAsync();

    public void Return(ConnectionLease item) => item.Dispose();
}
