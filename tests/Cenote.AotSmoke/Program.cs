using Cenote;
using Cenote.AotSmoke;

// Proves that pools work in a program compiled ahead of time. SQLite always; servers where ./test says they are.
var file = Path.Combine(Path.GetTempPath(), $"cenote-aot-{Environment.ProcessId}.db");
try
{
    await PoolCheck.RunAsync("SQLite", new ConnectionPoolBuilder().UseSqlite($"Data Source={file}"));
    await SetCheck.RunAsync($"Data Source={file}");
    if (Environment.GetEnvironmentVariable("CENOTE_TEST_POSTGRESQL") is { Length: > 0 } postgreSql)
    {
        await PoolCheck.RunAsync("PostgreSQL", new ConnectionPoolBuilder().UsePostgreSql(postgreSql));
        await TypesCheck.RunAsync(postgreSql);
    }

    if (Environment.GetEnvironmentVariable("CENOTE_TEST_MYSQL") is { Length: > 0 } mySql)
    {
        await PoolCheck.RunAsync("MySQL", new ConnectionPoolBuilder().UseMySql(mySql));
    }

    return 0;
}
catch (Exception exception)
{
    Console.Error.WriteLine(exception);
    return 1;
}
finally
{
    foreach (var path in (string[])[file, file + "-wal", file + "-shm"])
    {
        File.Delete(path);
    }
}
