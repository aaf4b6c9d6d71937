using DbUp;
using DbUp.Engine;
using DbUp.Engine.Transactions;
using EvolveDb.Dialect;

namespace Cenote.LibraryTests;

/// <summary>Migration tools that take a connection.</summary>
public sealed class MigrationToolTests
{
    [Theory]
    [InlineData(TransactionMode.NoTransaction)]
    [InlineData(TransactionMode.SingleTransaction)]
    [InlineData(TransactionMode.TransactionPerScript)]
    public async Task DbUp_runs_scripts_on_PostgreSQL(TransactionMode mode)
    {
        await using var database = await LibraryDatabase.PostgreSqlAsync();
        var connections = new PooledConnectionManager(database.Pool) { TransactionMode = mode };
        for (var run = 0; run < 2; run++)
        {
            var upgrade = DeployChanges.To.PostgresqlDatabase(connections)
                .WithScript("1", "CREATE TABLE books (id int PRIMARY KEY); INSERT INTO books VALUES (1)")
                .WithScript("2", "INSERT INTO books VALUES (2)")
                .Build();
            var result = upgrade.PerformUpgrade();
            Assert.True(result.Successful, result.Error?.ToString());
            Assert.Equal(run == 0 ? 2 : 0, result.Scripts.Count());
        }

        Assert.Equal(2, await database.ReadAsync<int>("SELECT count(*) FROM books"));
        await database.AssertAllReturnedAsync();
    }

    [Fact]
    public async Task Evolve_migrates_and_erases_PostgreSQL()
    {
        await using var database = await LibraryDatabase.PostgreSqlAsync();
        await EvolveAsync(database, DBMS.PostgreSQL);
    }

    [Fact]
    public async Task Evolve_migrates_MariaDB()
    {
        await using var database = await LibraryDatabase.MariaDbAsync();
        await EvolveAsync(database, DBMS.MariaDB);
    }

    [Fact]
    public async Task Evolve_migrates_SQLite()
    {
        await using var database = await LibraryDatabase.SqliteAsync();
        await EvolveAsync(database, DBMS.SQLite);
    }

    private static async Task EvolveAsync(LibraryDatabase database, DBMS kind)
    {
        var scripts = Directory.CreateTempSubdirectory("cenote-evolve-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(scripts.FullName, "V1__books.sql"), "CREATE TABLE books (id int PRIMARY KEY);");
            await File.WriteAllTextAsync(Path.Combine(scripts.FullName, "V2__rows.sql"), "INSERT INTO books VALUES (1);");
            for (var run = 0; run < 2; run++)
            {
                await using var connection = database.Pool.CreateConnection();
                var evolve = new EvolveDb.Evolve(connection, logDelegate: null, kind) { Locations = [scripts.FullName] };
                evolve.Migrate();
                Assert.Equal(run == 0 ? 2 : 0, evolve.NbMigration);
            }

            Assert.Equal(1, await database.ReadAsync<int>("SELECT count(*) FROM books"));
            await database.AssertAllReturnedAsync();
        }
        finally
        {
            scripts.Delete(recursive: true);
        }
    }

    private sealed class PooledConnectionManager(ConnectionPool pool) : DatabaseConnectionManager(_ => pool.CreateConnection())
    {
        public override IEnumerable<string> SplitScriptIntoCommands(string scriptContents) => [scriptContents];
    }
}
