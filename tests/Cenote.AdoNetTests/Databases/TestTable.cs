namespace Cenote.AdoNetTests.Databases;

/// <summary>A table of one test, on a connection of the pool.</summary>
internal sealed class TestTable(ConnectionPool pool) : IAsyncDisposable
{
    public string Name { get; } = $"t{Guid.NewGuid():N}";

    public static async Task<TestTable> CreateAsync(ConnectionPool pool, int rows = 0)
    {
        var table = new TestTable(pool);
        await using var connection = await pool.OpenConnectionAsync();
        await connection.RunAsync($"CREATE TABLE {table.Name} (id INT PRIMARY KEY, name VARCHAR(50), price DECIMAL(10, 2))");
        for (var id = 1; id <= rows; id++)
        {
            await connection.RunAsync($"INSERT INTO {table.Name} VALUES ({id}, 'n{id}', {id}.50)");
        }

        return table;
    }

    public async Task<long> CountAsync(string where = "1 = 1")
    {
        await using var connection = await pool.OpenConnectionAsync();
        return await connection.ReadNumberAsync($"SELECT count(*) FROM {Name} WHERE {where}");
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await pool.OpenConnectionAsync();
        await connection.RunAsync($"DROP TABLE {Name}");
    }
}
