using System.Data.Common;

namespace Cenote.LoadBench.Sides;

/// <summary>A driver's own pool: a connection is created, opened and closed.</summary>
internal readonly struct DriverSide(Func<DbConnection> create) : IPeerSide<DbConnection>
{
    public DbConnection Rent()
    {
        var connection = create();
        connection.Open();
        return connection;
    }

    public ValueTask<DbConnection> RentAsync() => OpenAsync(create(), CancellationToken.None);

    public async ValueTask<DbConnection> RentAsync(TimeSpan timeout)
    {
        using var end = new CancellationTokenSource(timeout, TimeProvider.System);
        try
        {
            return await OpenAsync(create(), end.Token);
        }
        catch (Exception exception) when (end.IsCancellationRequested)
        {
            throw new TimeoutException($"No connection was returned within {timeout}.", exception);
        }
    }

    public void Return(DbConnection item) => item.Dispose();

    private static async ValueTask<DbConnection> OpenAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
