using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cenote.SnippetTests.Runs;

/// <summary>Connections, commands, mappers, limits, work that is run again.</summary>
internal static class ConnectionRuns
{
    internal static Dictionary<string, Func<SnippetDatabases, Task>> All { get; } = new(StringComparer.Ordinal)
    {
        ["PooledConnections.open"] = databases => OnPoolAsync(databases, async pool => Assert.Equal("Berta", await Snippets.PooledConnections.OpenAsync(pool))),
        ["PooledConnections.command"] = databases => OnPoolAsync(databases, async pool => Assert.Equal(2L, await Snippets.PooledConnections.CountAsync(pool))),
        ["PooledConnections.factory"] = databases => OnPoolAsync(databases, async pool =>
        {
            Snippets.PooledConnections.Adapt(pool);
            Assert.Equal(1L, await ScalarAsync(pool, "SELECT count(*) FROM customers WHERE name = 'Ana'"));
        }),
        ["AmbientTransactions.scope"] = databases => OnPoolAsync(databases, async pool =>
        {
            await Snippets.AmbientTransactions.MoveAsync(pool);
            Assert.Equal(1L, await ScalarAsync(pool, "SELECT count(*) FROM customers WHERE name = 'Clea'"));
            Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        }),
        ["AmbientTransactions.enlist"] = databases => OnPoolAsync(databases, async pool =>
        {
            await Snippets.AmbientTransactions.EnlistAsync(pool);
            Assert.Equal(1L, await ScalarAsync(pool, "SELECT count(*) FROM customers WHERE name = 'Dina'"));
        }),
        ["Mappers.dapper"] = databases => OnPoolAsync(databases, async pool => Assert.Equal("Berta", (await Snippets.Mappers.OpenAsync(pool)).Name)),
        ["Mappers.between"] = databases => OnPoolAsync(databases, async pool => Assert.Equal(3, await Snippets.Mappers.CloseBetweenAsync(pool))),
        ["Mappers.in"] = databases => OnConnectionAsync(databases, async connection => AssertNames(await Snippets.Mappers.InListAsync(connection))),
        ["Mappers.array"] = databases => OnConnectionAsync(databases, async connection => AssertNames(await Snippets.Mappers.ArrayAsync(connection))),
        ["Mappers.parameter"] = databases => OnConnectionAsync(databases, async connection => AssertNames(await connection.QueryAsync<string>(
            "SELECT name FROM customers WHERE id = ANY(@ids)", new { ids = new Snippets.Mappers.IntegerArray([2, 4]) }))),
        ["Mappers.unwrap"] = databases => OnConnectionAsync(databases, async connection => AssertNames(await Snippets.Mappers.UnwrapAsync(connection, [2, 4, 99]))),
        ["Lanes.configure"] = databases => OnLanesAsync(databases, static pool =>
        {
            Assert.Equal("interactive, batch", string.Join(", ", pool.GetStatistics().Lanes.Select(static lane => lane.Name)));
            return Task.CompletedTask;
        }),
        ["Lanes.call"] = databases => OnLanesAsync(databases, static async pool =>
        {
            await Snippets.Lanes.CountAsync(pool);
            Assert.Equal((0, 1), (pool.GetStatistics().Lanes[0].Rents, pool.GetStatistics().Lanes[1].Rents));
        }),
        ["Lanes.scope"] = databases => OnLanesAsync(databases, static async pool =>
        {
            await Snippets.Lanes.RunNightlyAsync(async () => Assert.Equal(1, await ScalarAsync(pool, "SELECT 1")));
            Assert.Equal((0, 1), (pool.GetStatistics().Lanes[0].Rents, pool.GetStatistics().Lanes[1].Rents));
        }),
        ["Lanes.endpoints"] = databases => OnLanesAsync(databases, static async pool =>
        {
            await using var app = WebApplication.CreateBuilder().Build();
            app.Urls.Add("http://127.0.0.1:0");
            Snippets.Lanes.UseLaneOf(app, "/reports", new Lane("batch"));
            app.MapGet("/{name}", async () => await ScalarAsync(pool, "SELECT 1"));
            await app.StartAsync();
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            await client.GetStringAsync("reports");
            await client.GetStringAsync("orders");
            Assert.Equal((1, 1), (pool.GetStatistics().Lanes[0].Rents, pool.GetStatistics().Lanes[1].Rents));
        }),
        ["Lanes.read"] = databases => OnLanesAsync(databases, static pool =>
        {
            Assert.StartsWith("interactive: 0 in use, 0 waiting, 0 rents, p99 00:00:00\nbatch: 0 in use", Snippets.Lanes.Describe(pool), StringComparison.Ordinal);
            return Task.CompletedTask;
        }),
        ["QueryTimeouts.limits"] = databases => Snippets.QueryTimeouts.LimitAsync(databases.PostgreSql),
        ["QueryTimeouts.report"] = databases => OnPoolAsync(databases, async pool =>
        {
            await using var lease = await pool.RentAsync();
            Assert.ThrowsAny<DbException>(() => Snippets.QueryTimeouts.Report(lease, () => lease.Connection.Execute("SELECT pg_terminate_backend(pg_backend_pid())")));
            Assert.Equal(1, pool.GetStatistics().Counts.Leased);
        }),
        ["SessionContexts.open"] = databases => OnTenantsAsync(databases, async (pool, _) => Assert.Equal(1, await Snippets.SessionContexts.OpenAsync(pool, "blue"))),
        ["SessionContexts.scope"] = databases => OnTenantsAsync(databases, async (pool, connectionString) =>
        {
            var options = new DbContextOptionsBuilder<Snippets.SessionContexts.TenantContext>().UseNpgsql(connectionString).UseConnectionPool(pool).Options;
            await using var context = new Snippets.SessionContexts.TenantContext(options);
            Assert.Equal(4, await Snippets.SessionContexts.ScopeAsync(pool, context, "green"));
            Assert.Equal(2, await Snippets.SessionContexts.ScopeAsync(pool, context, "blue"));
            Assert.Equal(0, await context.Orders.CountAsync());
        }),
        ["SessionContexts.callback"] = databases => OnTenantsAsync(databases, async (_, connectionString) =>
        {
            var current = new Snippets.SessionContexts.CurrentTenant { Id = "green" };
            await using var pool = Snippets.SessionContexts.Configure(connectionString, current);
            Assert.Equal(2L, await ScalarAsync(pool, "SELECT count(*) FROM tenant_orders"));
            current.Id = "blue";
            Assert.Equal(1L, await ScalarAsync(pool, "SELECT count(*) FROM tenant_orders"));
        }),
        ["SessionContexts.keep"] = databases => OnTenantsAsync(databases, async (_, connectionString) =>
        {
            await using var pool = Snippets.SessionContexts.Keep(connectionString);

            // A session that was long idle is validated first, as one without the context is: on a loaded machine, any
            // of the first rounds may be late.
            for (var round = 0; round < 100 && pool.GetStatistics().SessionContextsKept == 0; round++)
            {
                Assert.Equal(2, await Snippets.SessionContexts.OpenAsync(pool, "green"));
                await pool.WaitUntilIdleAsync();
            }

            Assert.NotEqual(0, pool.GetStatistics().SessionContextsKept);
        }),
        ["RetryingWork.execute"] = databases => OnPoolAsync(databases, async pool => Assert.True(await Snippets.RetryingWork.OrderAsync(pool) > 0)),
        ["RetryingWork.classify"] = async databases =>
        {
            var options = new ConnectionPoolOptions { MinSize = 0, MaxSize = 1 };
            Snippets.RetryingWork.Classify(options);
            await using var pool = new ConnectionPool(new Cenote.PostgreSqlProvider(databases.PostgreSql), options);
            var before = await ScalarAsync(pool, "SELECT pg_backend_pid()");
            await using (var connection = await pool.OpenConnectionAsync())
            {
                await Assert.ThrowsAnyAsync<DbException>(() => connection.ExecuteAsync("DO $$ BEGIN RAISE 'broken' USING ERRCODE = 'XX000'; END $$"));
            }

            Assert.NotEqual(before, await ScalarAsync(pool, "SELECT pg_backend_pid()"));
        },
        ["ReadOnlyCommands.read"] = databases => OnPoolAsync(databases, async pool => Assert.Equal(3L, await Snippets.ReadOnlyCommands.CountAsync(pool))),
        ["UnansweredCommits.execute"] = databases => OnPoolAsync(databases, async pool => Assert.True(await Snippets.UnansweredCommits.OrderAsync(pool) > 0)),
        ["UnansweredCommits.unknown"] = databases => OnPoolAsync(databases, async pool =>
        {
            List<string> alerts = [];
            await Snippets.UnansweredCommits.ReportAsync(
                pool,
                async (connection, token) =>
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = "COMMIT; SELECT pg_terminate_backend(pg_backend_pid())";
                    await command.ExecuteNonQueryAsync(token);
                },
                alerts.Add);
            Assert.StartsWith("look for its effects", Assert.Single(alerts), StringComparison.Ordinal);
        }),
        ["UnansweredCommits.table"] = async databases =>
        {
            await Snippets.UnansweredCommits.CreateTableAsync(databases.MySql);
            await using var connection = new MySqlConnector.MySqlConnection(databases.MySql);
            Assert.Equal(1L, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM cenote_commits"));
            await connection.ExecuteAsync("DELETE FROM cenote_commits WHERE committed_at < CURRENT_TIMESTAMP - INTERVAL 2 DAY");
            Assert.Equal(1L, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM cenote_commits"));
        },
    };

    internal static async Task OnPoolAsync(SnippetDatabases databases, Func<ConnectionPool, Task> run)
    {
        await using var pool = databases.NewPool();
        await run(pool);
    }

    private static async Task OnLanesAsync(SnippetDatabases databases, Func<ConnectionPool, Task> run)
    {
        await using var pool = Snippets.Lanes.Configure(databases.PostgreSql);
        await run(pool);
    }

    internal static async Task<object?> ScalarAsync(DbDataSource pool, string sql)
    {
        await using var command = pool.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Runs on a table with row-level security, as a user that it holds for.</summary>
    private static async Task OnTenantsAsync(SnippetDatabases databases, Func<ConnectionPool, string, Task> run)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(RealServers.PostgreSqlOrdinary) { Database = new NpgsqlConnectionStringBuilder(databases.PostgreSql).Database }.ConnectionString;
        await OnPoolAsync(databases, async pool =>
        {
            await using var connection = await pool.OpenConnectionAsync();
            await connection.ExecuteAsync(
                """
                DROP TABLE IF EXISTS tenant_orders;
                CREATE TABLE tenant_orders (id int PRIMARY KEY, tenant text NOT NULL);
                INSERT INTO tenant_orders VALUES (1, 'blue'), (2, 'green'), (3, 'green');
                ALTER TABLE tenant_orders ENABLE ROW LEVEL SECURITY;
                CREATE POLICY own ON tenant_orders USING (tenant = current_setting('app.tenant', true));
                GRANT SELECT ON tenant_orders TO cenote_ordinary;
                """);
        });
        await using var ofUser = new ConnectionPool(new Cenote.PostgreSqlProvider(connectionString), new ConnectionPoolOptions { MinSize = 0, MaxSize = 2 });
        await run(ofUser, connectionString);
    }

    private static Task OnConnectionAsync(SnippetDatabases databases, Func<PooledConnection, Task> run) => OnPoolAsync(databases, async pool =>
    {
        await using var connection = await pool.OpenConnectionAsync();
        await run(connection);
    });

    private static void AssertNames(IEnumerable<string> names) =>
        Assert.Equal<IEnumerable<string>>(["Carl", "Dora"], names.Order(StringComparer.Ordinal));
}
