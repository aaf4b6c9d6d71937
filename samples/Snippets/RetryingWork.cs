using Cenote;
using Npgsql;

namespace Snippets;

internal static class RetryingWork
{
    internal static async Task<long> OrderAsync(ConnectionPool pool)
    {
        #region execute
        var order = await pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                var id = await PlaceOrderAsync(connection, token);
                await transaction.CommitAsync(token);
                return id;
            },
            new RetryOptions { MaxRetries = 5, Timeout = TimeSpan.FromSeconds(10) });
        #endregion
        return order;
    }

    internal static void Classify(ConnectionPoolOptions options)
    {
        #region classify
        options.FailureClassifier = exception =>
            exception is PostgresException { SqlState: "XX000" } ? FailureKind.ConnectionLost : null;
        #endregion
    }

    private static async Task<long> PlaceOrderAsync(PooledConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO orders DEFAULT VALUES RETURNING id";
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
