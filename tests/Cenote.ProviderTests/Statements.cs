namespace Cenote.ProviderTests;

/// <summary>Short ways to run a statement.</summary>
internal static class Statements
{
    internal static async Task ExecuteAsync(this DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    internal static async Task<object?> ScalarAsync(this DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    internal static async Task<T> ScalarAsync<T>(this DbConnection connection, string sql) =>
        (T)Convert.ChangeType((await connection.ScalarAsync(sql))!, typeof(T), System.Globalization.CultureInfo.InvariantCulture);

    internal static async Task ExecuteAsync(this ConnectionPool pool, params string[] statements)
    {
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        foreach (var statement in statements)
        {
            await lease.Connection.ExecuteAsync(statement);
        }
    }

    internal static async Task<T> ScalarAsync<T>(this ConnectionPool pool, string sql)
    {
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        return await lease.Connection.ScalarAsync<T>(sql);
    }

    /// <summary>A name that no other test uses.</summary>
    internal static string UniqueName(string prefix) => $"{prefix}_{Guid.NewGuid():N}"[..30];
}
