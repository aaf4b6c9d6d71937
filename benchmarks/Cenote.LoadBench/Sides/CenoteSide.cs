namespace Cenote.LoadBench.Sides;

internal readonly struct CenoteSide(ConnectionPool pool) : IPeerSide<ConnectionLease>
{
    public ConnectionLease Rent() => pool.Rent();

    public ValueTask<ConnectionLease> RentAsync() => pool.RentAsync();

    public async ValueTask<ConnectionLease> RentAsync(TimeSpan timeout)
    {
        try
        {
            return await pool.RentAsync(timeout);
        }
        catch (PoolTimeoutException exception)
        {
            throw new TimeoutException(exception.Message, exception);
        }
    }

    public void Return(ConnectionLease item) => item.Dispose();
}
