namespace Cenote.AotSmoke;

/// <summary>A writer and readers on one file, with a causal read.</summary>
internal static class SetCheck
{
    internal static async Task RunAsync(string connectionString)
    {
        await using var set = new ReplicaSetBuilder("aot")
            .AddPrimary("writer", pool => pool.UseSqlite(connectionString).WithSize(1, 1).Configure(options => options.StartupMode = StartupMode.FailFast))
            .AddReplica("readers", pool => pool.UseSqlite(connectionString, new SqliteProviderOptions { IsReadOnly = true }).WithSize(1, 2))
            .Build();
        using var scope = set.BeginCausalScope();
        await using (var write = set.WriteDataSource.CreateCommand("CREATE TABLE routed (n INTEGER); INSERT INTO routed VALUES (7)"))
        {
            await write.ExecuteNonQueryAsync();
        }

        var token = set.ParseToken((await scope.GetTokenAsync())!.ToString());
        await using var connection = await set.OpenReadConnectionAsync(token);
        await using var read = connection.CreateCommand();
        read.CommandText = "SELECT n FROM routed";
        if (await read.ExecuteScalarAsync() is not 7L || set.GetStatistics().ReadsOnPrimary != 0)
        {
            throw new InvalidOperationException($"A routed read went wrong: {set.GetStatistics()}");
        }
    }
}
