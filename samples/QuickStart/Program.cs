using Cenote;

await using var pool = new ConnectionPool(new SqliteProvider("Data Source=hello.db"), new ConnectionPoolOptions { MaxSize = 8 });

await using (var connection = await pool.OpenConnectionAsync())
await using (var command = connection.CreateCommand())
{
    command.CommandText = "SELECT 'hello from ' || sqlite_version()";
    Console.WriteLine(await command.ExecuteScalarAsync());
}

Console.WriteLine(pool.GetStatistics().Counts);
