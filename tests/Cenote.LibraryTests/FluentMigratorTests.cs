using FluentMigrator;
using FluentMigrator.Runner;
using FluentMigrator.Runner.Processors.MySql;
using FluentMigrator.Runner.Processors.Postgres;
using FluentMigrator.Runner.Processors.SQLite;
using Microsoft.Extensions.DependencyInjection;

namespace Cenote.LibraryTests;

/// <summary>FluentMigrator makes everything with a provider factory: it is given the pool's.</summary>
public sealed class FluentMigratorTests
{
    [Fact]
    public async Task Migrations_run_up_and_down_on_PostgreSQL()
    {
        await using var database = await LibraryDatabase.PostgreSqlAsync();
        await MigrateAsync(database, runner => runner.AddPostgres15_0(), services =>
            services.AddScoped<PostgresDbFactory>(provider => new PooledPostgresFactory(provider, database.Pool)));
    }

    [Fact]
    public async Task Migrations_run_up_and_down_on_MariaDB()
    {
        await using var database = await LibraryDatabase.MariaDbAsync();
        await MigrateAsync(database, runner => runner.AddMySql8(), services =>
            services.AddScoped<MySqlDbFactory>(provider => new PooledMySqlFactory(provider, database.Pool)));
    }

    [Fact]
    public async Task Migrations_run_up_and_down_on_SQLite()
    {
        await using var database = await LibraryDatabase.SqliteAsync();
        await MigrateAsync(database, runner => runner.AddSQLite(), services =>
            services.AddScoped<SQLiteDbFactory>(provider => new PooledSqliteFactory(provider, database.Pool)));
    }

    private static async Task MigrateAsync(LibraryDatabase database, Action<IMigrationRunnerBuilder> choose, Action<IServiceCollection> replaceFactory)
    {
        var services = new ServiceCollection().AddFluentMigratorCore().ConfigureRunner(runner =>
        {
            choose(runner);
            runner.WithGlobalConnectionString(database.Pool.ConnectionString).ScanIn(typeof(CreateBooks).Assembly).For.Migrations();
        });
        replaceFactory(services);
        await using (var provider = services.BuildServiceProvider())
        {
            using var scope = provider.CreateScope();
            var runner = scope.ServiceProvider.GetRequiredService<IMigrationRunner>();
            runner.MigrateUp();
            Assert.Equal("Pools", await database.ReadAsync<string>("SELECT title FROM books WHERE id = 1"));
            Assert.False(runner.HasMigrationsToApplyUp());
            runner.MigrateDown(0);
            await Assert.ThrowsAnyAsync<DbException>(() => database.ReadAsync<string>("SELECT title FROM books"));
            runner.MigrateUp();
        }

        Assert.Equal(1, await database.ReadAsync<int>("SELECT count(*) FROM books"));
        await database.AssertAllReturnedAsync();
    }

    private sealed class PooledPostgresFactory(IServiceProvider services, ConnectionPool pool) : PostgresDbFactory(services)
    {
        protected override DbProviderFactory CreateFactory() => pool.ProviderFactory;
    }

    private sealed class PooledMySqlFactory(IServiceProvider services, ConnectionPool pool) : MySqlDbFactory(services)
    {
        protected override DbProviderFactory CreateFactory() => pool.ProviderFactory;
    }

    private sealed class PooledSqliteFactory(IServiceProvider services, ConnectionPool pool) : SQLiteDbFactory(services)
    {
        protected override DbProviderFactory CreateFactory() => pool.ProviderFactory;
    }

    [Migration(1)]
    public sealed class CreateBooks : Migration
    {
        public override void Up()
        {
            Create.Table("books").WithColumn("id").AsInt32().PrimaryKey().WithColumn("title").AsString(50).NotNullable();
            Insert.IntoTable("books").Row(new { id = 1, title = "Pools" });
        }

        public override void Down() => Delete.Table("books");
    }

    [Migration(2)]
    public sealed class IndexBooks : Migration
    {
        public override void Up() => Create.Index("ix_books_title").OnTable("books").OnColumn("title").Ascending();

        public override void Down() => Delete.Index("ix_books_title").OnTable("books");
    }
}
