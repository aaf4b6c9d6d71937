using Cenote;

namespace Snippets;

internal static class DirtySessions
{
    internal static async Task<PoolStatistics> PoolAsync(string connectionString)
    {
        #region pool
        await using var pool = new ConnectionPoolBuilder()
            .UsePostgreSql(connectionString)
            .WithResetMode(ResetMode.WhenDirty)
            .Configure(options => options.WhenDirty.HarmlessFunctions = ["app.order_total"]) // functions that you vouch for
            .Build();

        await using (var connection = await pool.OpenConnectionAsync())
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT count(*) FROM orders WHERE customer = 'Berta'";
            Console.WriteLine(await command.ExecuteScalarAsync()); // returned as it is, to the next caller if one waits
            command.CommandText = "SET statement_timeout = 1000";
            await command.ExecuteNonQueryAsync(); // from here on the lease is dirty
        }

        var statistics = pool.GetStatistics();
        Console.WriteLine($"{statistics.ResetsStarted} resets, {statistics.ResetsSaved} saved");
        #endregion
        return statistics;
    }
}
