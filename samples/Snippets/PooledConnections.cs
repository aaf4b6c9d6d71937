using System.Data;
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

    internal static void Adapt(ConnectionPool pool)
    {
        #region factory
        var factory = pool.ProviderFactory;
        using var adapter = factory.CreateDataAdapter()!;
        using var builder = factory.CreateCommandBuilder()!;
        adapter.SelectCommand = factory.CreateCommand();
        adapter.SelectCommand!.Connection = factory.CreateConnection();
        adapter.SelectCommand.CommandText = "SELECT id, name FROM customers";
        builder.DataAdapter = adapter;
        using var customers = new DataTable();
        adapter.Fill(customers);
        customers.Rows[0]["name"] = "Ana";
        adapter.Update(customers);
        #endregion
    }
}
