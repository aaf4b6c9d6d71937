using Cenote.ProviderTests.PostgreSql;
using MySqlConnector;

namespace Cenote.ProviderTests.WhenDirty;

/// <summary>
/// The resets of an ordinary web load, as the server itself counts them: of a hundred leases 86 read, ten update in a
/// transaction, two insert, one fails and one changes a setting.
/// </summary>
[Collection(nameof(WebLoadTests))]
[CollectionDefinition(nameof(WebLoadTests), DisableParallelization = true)]
public sealed class WebLoadTests
{
    private const int Leases = 400;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Each statement, or transaction, is one commit or rollback for the server, and so is each statement of a reset.
    [Fact]
    public async Task PostgreSQL_counts_the_resets_of_a_web_load()
    {
        var statements = await CountAsync(ResetMode.Full, keepsKeys: false);
        Assert.True(statements >= Leases, $"{statements} commits for {Leases} resets.");

        var strict = (double)await CountAsync(ResetMode.WhenDirty, keepsKeys: false) / statements;
        var lenient = (double)await CountAsync(ResetMode.WhenDirty, keepsKeys: true) / statements;

        TestContext.Current.SendDiagnosticMessage($"Resets per lease: {strict}, with KeepGeneratedKeys {lenient}");
        Assert.InRange(strict, 0.04, 0.0499);
        Assert.InRange(lenient, 0.02, strict);

        static async Task<long> CountAsync(ResetMode mode, bool keepsKeys)
        {
            await using var database = await OwnDatabase.CreateAsync();
            await using (var pool = database.NewPool(SessionReset.ByPool))
            {
                await pool.ExecuteAsync("CREATE TABLE items (id serial PRIMARY KEY, price int)", "INSERT INTO items (price) SELECT 5 FROM generate_series(1, 100)");
                await pool.ExecuteAsync("SELECT pg_stat_force_next_flush()");
            }

            await using var load = database.NewPool(SessionReset.ByPool, configure: options => (options.ResetMode, options.WhenDirty.KeepGeneratedKeys) = (mode, keepsKeys));
            var first = await CommitsAsync(load);
            var before = await CommitsAsync(load);
            await RunAsync(load, "SELECT set_config('app.x', '1', false)");

            // Counting has commits and resets of its own.
            var resets = await CommitsAsync(load) - before - (before - first) - Leases;
            Assert.Equal(1, load.GetStatistics().ConnectionsOpened);
            return resets;
        }
    }

    // Resets are among the server's administrative commands. Others of them, of other tests, can only add.
    [Fact]
    public async Task MariaDB_counts_the_resets_of_a_web_load()
    {
        var database = Statements.UniqueName("web");
        await using var administration = new ConnectionPoolBuilder().UseMySql(RealServers.MySql).WithSize(0, 1).Build();
        await administration.ExecuteAsync(
            $"CREATE DATABASE {database}",
            $"USE {database}; CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, price int); INSERT INTO items (price) SELECT seq FROM seq_1_to_100");
        try
        {
            var full = await LeastAsync(ResetMode.Full, keepsKeys: false);
            var strict = await LeastAsync(ResetMode.WhenDirty, keepsKeys: false);
            var lenient = await LeastAsync(ResetMode.WhenDirty, keepsKeys: true);

            TestContext.Current.SendDiagnosticMessage($"Resets of {Leases} leases: {full}, when dirty {strict}, with KeepGeneratedKeys {lenient}");
            Assert.InRange(full, Leases, 2 * Leases);
            Assert.InRange(strict, 16, (Leases / 20) - 1);
            Assert.InRange(lenient, 8, strict);
        }
        finally
        {
            await administration.ExecuteAsync($"DROP DATABASE {database}");
        }

        async Task<long> LeastAsync(ResetMode mode, bool keepsKeys)
        {
            var least = long.MaxValue;
            for (var i = 0; i < 3; i++)
            {
                await using var load = new ConnectionPoolBuilder().UseMySql(new MySqlConnectionStringBuilder(RealServers.MySql) { Database = database, AllowUserVariables = true }.ConnectionString)
                    .WithResetMode(mode).WithSize(0, 1).Configure(options => options.WhenDirty.KeepGeneratedKeys = keepsKeys).Build();
                await load.ExecuteAsync("SELECT 1");
                var before = await AdministrativeAsync(load);
                await RunAsync(load, "SET @x = 1");
                var after = await AdministrativeAsync(load);
                least = Math.Min(least, after - before);
            }

            return least;
        }
    }

    private static async Task RunAsync(ConnectionPool pool, string setting)
    {
        for (var i = 0; i < Leases; i++)
        {
            await using var connection = await pool.OpenConnectionAsync(Token);
            switch (i % 100)
            {
                case 10:
                    await Assert.ThrowsAnyAsync<DbException>(() => connection.ExecuteAsync("SELECT no_such_column FROM items"));
                    break;
                case 20:
                    await connection.ExecuteAsync(setting);
                    break;
                case 30 or 70:
                    await connection.ExecuteAsync("INSERT INTO items (price) VALUES (7)");
                    break;
                case var number when number % 10 == 5:
                    await using (var transaction = await connection.BeginTransactionAsync(Token))
                    {
                        await connection.ExecuteAsync("UPDATE items SET price = price + 1 WHERE id = 5");
                        await connection.ScalarAsync("SELECT price FROM items WHERE id = 5");
                        await transaction.CommitAsync(Token);
                    }

                    break;
                default:
                    await connection.ScalarAsync("SELECT id, price FROM items WHERE price > 50 ORDER BY price LIMIT 10");
                    break;
            }
        }
    }

    // The session writes its counts before the query that reads them begins, because it is at rest then.
    private static async Task<long> CommitsAsync(ConnectionPool pool)
    {
        await pool.ExecuteAsync("SELECT pg_stat_force_next_flush()");
        return await pool.ScalarAsync<long>("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()");
    }

    private static async Task<long> AdministrativeAsync(ConnectionPool pool)
    {
        await using var connection = await pool.OpenConnectionAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SHOW GLOBAL STATUS LIKE 'Com_admin_commands'";
        await using var reader = await command.ExecuteReaderAsync(Token);
        Assert.True(await reader.ReadAsync(Token));
        return long.Parse(reader.GetString(1), System.Globalization.CultureInfo.InvariantCulture);
    }
}
