namespace Cenote.SnippetTests.Runs;

/// <summary>Replica sets, on real streaming replication and on one file of SQLite.</summary>
internal static class ReplicaRuns
{
    internal static Dictionary<string, Func<SnippetDatabases, Task>> All { get; } = new(StringComparer.Ordinal)
    {
        ["Replicas.usage"] = async databases =>
        {
            var servers = await databases.ReplicatedAsync();
            await Snippets.Replicas.UseAsync(servers[0], servers[1], servers[2], customer: 7);
        },
        ["Replicas.scopes"] = databases => OnSetAsync(databases, orders => Snippets.Replicas.ScopesAsync(orders, customer: 7)),
        ["Replicas.strategy"] = async databases =>
        {
            await using var orders = Snippets.Replicas.Choose(await BuilderAsync(databases)).Build();
            await orders.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
            await using var connection = await orders.OpenReadConnectionAsync(TestContext.Current.CancellationToken);
            Assert.Equal(System.Data.ConnectionState.Open, connection.State);
        },
        ["Replicas.readme"] = databases => OnSetAsync(databases, orders => Snippets.Replicas.ReadmeAsync(orders, TestContext.Current.CancellationToken)),
        ["Replicas.sqlite"] = async _ =>
        {
            await using var orders = Snippets.Replicas.Embedded();
            await using (var write = await orders.OpenWriteConnectionAsync(TestContext.Current.CancellationToken))
            await using (var command = write.CreateCommand())
            {
                command.CommandText = "CREATE TABLE orders (customer); INSERT INTO orders VALUES (7)";
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            Assert.Equal(1L, await ConnectionRuns.ScalarAsync(orders.ReadDataSource, "SELECT count(*) FROM orders"));
        },
        ["Replicas.statistics"] = databases => OnSetAsync(databases, static orders =>
        {
            Snippets.Replicas.Look(orders, static _ => { });
            return Task.CompletedTask;
        }),
        ["CausalReads.scope"] = databases => OnSetAsync(databases, Snippets.CausalReads.ScopeAsync),
        ["CausalReads.token"] = databases => OnSetAsync(databases, async orders =>
        {
            CausalToken earlier;
            await using (var write = await orders.OpenWriteConnectionAsync(TestContext.Current.CancellationToken))
            {
                earlier = await orders.GetTokenAsync(write, TestContext.Current.CancellationToken);
            }

            Assert.NotEqual(earlier, await Snippets.CausalReads.TokenAsync(orders, earlier));
        }),
    };

    internal static async Task OnSetAsync(SnippetDatabases databases, Func<ReplicaSet, Task> run)
    {
        await using var orders = (await BuilderAsync(databases)).Build();
        await orders.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        await run(orders);
    }

    private static async Task<ReplicaSetBuilder> BuilderAsync(SnippetDatabases databases)
    {
        var servers = await databases.ReplicatedAsync();
        return new ReplicaSetBuilder("orders")
            .AddPrimary("eu-1-a", pool => pool.UsePostgreSql(servers[0]).WithSize(1, 4))
            .AddReplica("eu-1-b", pool => pool.UsePostgreSql(servers[1]).WithSize(1, 4))
            .Configure(static options => (options.ProbeTimeout, options.PrimaryTimeout) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)));
    }
}
