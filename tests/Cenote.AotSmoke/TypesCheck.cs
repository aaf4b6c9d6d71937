using Npgsql;

namespace Cenote.AotSmoke;

/// <summary>
/// What one lease reloads, the others know: by members of Npgsql that are not public, which trimming must leave.
/// </summary>
internal static class TypesCheck
{
    internal static async Task RunAsync(string connectionString)
    {
        var type = $"mood_{Environment.ProcessId}";
        await using var pool = new ConnectionPoolBuilder().UsePostgreSql(connectionString).WithSize(0, 2).Build();
        await using (var lease = await pool.RentAsync())
        await using (var second = await pool.RentAsync())
        {
            await ExecuteAsync(lease, $"CREATE TYPE {type} AS ENUM ('happy', 'sad')");
            await lease.Unwrap<NpgsqlConnection>().ReloadTypesAsync();
        }

        await using var first = await pool.RentAsync();
        await using var last = await pool.RentAsync();
        foreach (var lease in new[] { first, last })
        {
            if (await ExecuteAsync(lease, $"SELECT 'happy'::{type}") is not "happy")
            {
                throw new InvalidOperationException("PostgreSQL: a lease does not know a type that another has reloaded.");
            }
        }

        await ExecuteAsync(first, $"DROP TYPE {type}");
        Console.WriteLine("PostgreSQL: types are shared.");
    }

    private static async Task<object?> ExecuteAsync(ConnectionLease lease, string text)
    {
        await using var command = lease.Connection.CreateCommand();
        command.CommandText = text;
        return await command.ExecuteScalarAsync();
    }
}
