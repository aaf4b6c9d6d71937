namespace Cenote.LoadBench.Sides;

/// <summary>A pool whose callers may also block, or set a timeout of their own.</summary>
/// <typeparam name="T">What a caller holds.</typeparam>
internal interface IPeerSide<T> : IAsyncSide<T>
{
    /// <summary>Rents, and blocks the thread until a connection is there.</summary>
    T Rent();

    /// <summary>Rents, and throws <see cref="TimeoutException"/> when the timeout passes first.</summary>
    ValueTask<T> RentAsync(TimeSpan timeout);
}
