namespace Cenote.LoadBench.Sides;

/// <summary>
/// A pool as its callers use it. The implementations are structs, so that the callers' code is compiled for each of
/// them and no side pays for an indirection.
/// </summary>
/// <typeparam name="T">What a caller holds.</typeparam>
internal interface IAsyncSide<T>
{
    ValueTask<T> RentAsync();

    void Return(T item);
}
