using System.Data.Common;
using Cenote;

namespace ReadReplicas;

/// <summary>A table of orders.</summary>
internal static class Shop
{
    internal static async Task PrepareAsync(ReplicaSet orders)
    {
        await using var connection = await orders.OpenWriteConnectionAsync();
        await ExecuteAsync(connection, "DROP TABLE IF EXISTS sample_orders");
        await ExecuteAsync(connection, "CREATE TABLE sample_orders (number INTEGER PRIMARY KEY)");

        // The replicas must have the table before anybody reads it there: the first use of a causal token.
        var token = await orders.GetTokenAsync(connection);
        await using var read = await orders.OpenReadConnectionAsync(token);
        Console.WriteLine($"A table without orders: {await CountAsync(read)}.");
    }

    internal static async Task PlaceAsync(DbConnection connection, int number) =>
        await ExecuteAsync(connection, $"INSERT INTO sample_orders (number) VALUES ({number})");

    internal static async Task<long> CountAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sample_orders";
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
