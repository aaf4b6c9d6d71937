using Cenote;
using Cenote.MySql;

namespace Snippets;

internal static class UnansweredCommits
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
            new RetryOptions { ResolveUnknownCommits = true });
        #endregion
        return order;
    }

    internal static async Task CreateTableAsync(string connectionString)
    {
        #region table
        await using var pool = new ConnectionPoolBuilder()
            .UseMySql(connectionString)
            .WithCommitTable("cenote_commits")
            .Build();

        Console.WriteLine(pool.GetCommitTableScript());        // for a migration: the pool never creates the table
        #endregion
        await using (var connection = await pool.OpenConnectionAsync())
        {
            await using var create = connection.CreateCommand();
            create.CommandText = pool.GetCommitTableScript();
            await create.ExecuteNonQueryAsync();
        }

        await pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                await transaction.CommitAsync(token);
            },
            new RetryOptions { ResolveUnknownCommits = true });
    }

    internal static async Task ReportAsync(ConnectionPool pool, Func<PooledConnection, CancellationToken, Task> work, Action<string> alert)
    {
        #region unknown
        try
        {
            await pool.ExecuteAsync(work, new RetryOptions { ResolveUnknownCommits = true });
        }
        catch (CommitOutcomeUnknownException exception)
        {
            alert($"look for its effects: {exception.Tried}");
        }
        #endregion
    }

    private static async Task<long> PlaceOrderAsync(PooledConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO orders DEFAULT VALUES RETURNING id";
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
