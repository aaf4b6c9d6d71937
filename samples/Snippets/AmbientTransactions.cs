using System.Transactions;
using Cenote;

namespace Snippets;

internal static class AmbientTransactions
{
    internal static async Task MoveAsync(ConnectionPool pool)
    {
        #region scope
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        await using (var connection = await pool.OpenConnectionAsync())
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "INSERT INTO customers (id, name) VALUES (41, 'Cleo')";
            await command.ExecuteNonQueryAsync();
        }

        // The same session, which sees the row.
        await using (var command = pool.CreateCommand("UPDATE customers SET name = 'Clea' WHERE id = 41"))
        {
            await command.ExecuteNonQueryAsync();
        }

        scope.Complete();
        #endregion
    }

    internal static async Task EnlistAsync(ConnectionPool pool)
    {
        #region enlist
        using var transaction = new CommittableTransaction(TimeSpan.FromSeconds(10));
        await using (var connection = await pool.OpenConnectionAsync())
        await using (var command = connection.CreateCommand())
        {
            connection.EnlistTransaction(transaction);
            command.CommandText = "INSERT INTO customers (id, name) VALUES (42, 'Dina')";
            await command.ExecuteNonQueryAsync();
        }

        transaction.Commit();
        #endregion
    }
}
