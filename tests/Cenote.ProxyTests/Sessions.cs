using System.Globalization;

namespace Cenote.ProxyTests;

/// <summary>Short ways to run a statement.</summary>
internal static class Sessions
{
    internal static async Task<T> ScalarAsync<T>(this DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)Convert.ChangeType((await command.ExecuteScalarAsync(Stop))!, typeof(T), CultureInfo.InvariantCulture);
    }

    internal static async Task ExecuteAsync(this DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Stop);
    }

    internal static async Task<T> ScalarAsync<T>(this ConnectionPool pool, string sql)
    {
        await using var connection = await pool.OpenConnectionAsync(Stop);
        return await connection.ScalarAsync<T>(sql);
    }
}
