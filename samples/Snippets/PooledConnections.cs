using Cenote;

namespace Snippets;

internal static class PooledConnections
{
    internal static async Task<object?> OpenAsync(ConnectionPool pool)
    {
        #region open
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM customers WHERE id = @id";
        var id = command.CreateParameter();
        id.ParameterName = "@id";
        id.Value = 7;
        command.Parameters.Add(id);
        var name = await command.ExecuteScalarAsync();
        #endregion
        return name;
    }

    internal static async Task<object?> CountAsync(ConnectionPool pool)
    {
        #region command
        await using var command = pool.CreateCommand("SELECT count(*) FROM orders");
        var count = await command.ExecuteScalarAsync();
        #endregion
        return count;
    }
}
