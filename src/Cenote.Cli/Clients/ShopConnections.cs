using System.Runtime.CompilerServices;

namespace Cenote.Cli.Clients;

/// <summary>The clients' way to the pool: counts what the pool tells them, and passes on where they called from.</summary>
internal sealed class ShopConnections(ConnectionPool pool, RentTally tally)
{
    public async ValueTask<ConnectionLease> RentAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string filePath = "",
        [CallerLineNumber] int lineNumber = 0,
        [CallerMemberName] string memberName = "")
    {
        try
        {
            var lease = await pool.RentAsync(cancellationToken, filePath, lineNumber, memberName);
            tally.CountLease();
            return lease;
        }
        catch (Exception exception)
        {
            tally.CountFailure(exception);
            throw;
        }
    }

    public async ValueTask<PooledConnection> OpenAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string filePath = "",
        [CallerLineNumber] int lineNumber = 0,
        [CallerMemberName] string memberName = "")
    {
        try
        {
            var connection = await pool.OpenConnectionAsync(cancellationToken, filePath, lineNumber, memberName);
            tally.CountPooledConnection();
            return connection;
        }
        catch (Exception exception)
        {
            tally.CountFailure(exception);
            throw;
        }
    }
}
