using System.Runtime.CompilerServices;
using Cenote.Shop.Pools;

namespace Cenote.Shop.Clients;

/// <summary>
/// The clients' way to the pools: counts what the pools tell them, and passes on where they called from.
/// </summary>
internal sealed class ShopConnections(Arrangement pools)
{
    public ValueTask<ConnectionLease> RentForReadingAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        CountAsync(pools.RentForReadingAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName), pools.ForReading);

    public ValueTask<ConnectionLease> RentForWritingAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        CountAsync(pools.RentForWritingAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName), pools.ForWriting);

    public async ValueTask<PooledConnection> OpenForWritingAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        try
        {
            var connection = await pools.OpenForWritingAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
            pools.Of(connection.Pool).Rents.CountPooledConnection();
            return connection;
        }
        catch (Exception exception)
        {
            pools.ForWriting.Rents.CountFailure(exception);
            throw;
        }
    }

    private async ValueTask<ConnectionLease> CountAsync(ValueTask<ConnectionLease> rent, WatchedPool meant)
    {
        try
        {
            var lease = await rent;
            pools.Of(lease.Pool!).Rents.CountLease();
            return lease;
        }
        catch (Exception exception)
        {
            meant.Rents.CountFailure(exception);
            throw;
        }
    }
}
