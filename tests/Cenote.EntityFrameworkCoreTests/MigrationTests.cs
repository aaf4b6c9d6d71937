using Cenote.EntityFrameworkCoreTests.Migrating;

namespace Cenote.EntityFrameworkCoreTests;

public sealed class MigrationTests
{
    private const string FirstMigration = "20260101000000_CreateBooks";

    [Theory, ClassData<EveryDatabase>]
    public async Task Migrations_create_the_database_and_bring_it_up_to_date(Db kind)
    {
        await using var database = new TestDatabase(kind);
        await using (var context = Library(database))
        {
            Assert.Equal(2, (await context.Database.GetPendingMigrationsAsync(Stop)).Count());
            await context.Database.MigrateAsync(Stop);
            Assert.Empty(await context.Database.GetPendingMigrationsAsync(Stop));
            Assert.Equal(2, (await context.Database.GetAppliedMigrationsAsync(Stop)).Count());
            context.Add(new Book { Title = "Pools", Copies = 3 });
            await context.SaveChangesAsync(Stop);
        }

        await using (var context = Library(database))
        {
            await context.Database.MigrateAsync(Stop);
            Assert.Equal(3, (await context.Books.SingleAsync(Stop)).Copies);
        }

        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Migrations_run_blocking_step_by_step_and_back(Db kind)
    {
        await using var database = new TestDatabase(kind);
        await using var context = Library(database);
        context.Database.Migrate(FirstMigration);
        Assert.Single(context.Database.GetAppliedMigrations());
        context.Database.Migrate();
        Assert.Equal(2, context.Database.GetAppliedMigrations().Count());
        context.Database.Migrate("0");
        Assert.Empty(context.Database.GetAppliedMigrations());
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Migrations_create_the_database_without_a_connection_string_of_their_own(Db kind)
    {
        foreach (var isBlocking in new[] { false, true })
        {
            await using var database = new TestDatabase(kind);
            await using var context = new LibraryContext(database.Nameless<LibraryContext>().UseConnectionPool(database.Pool).Options);
            if (isBlocking)
            {
                context.Database.Migrate();
            }
            else
            {
                await context.Database.MigrateAsync(Stop);
            }

            Assert.Equal(2, (await context.Database.GetAppliedMigrationsAsync(Stop)).Count());
            Assert.Empty(await context.Books.ToListAsync(Stop));
            await database.AssertAllReturnedAsync();
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Of_several_that_migrate_at_once_one_does_it_and_all_go_on(Db kind)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(kind);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                await using var context = Library(database);
                await context.Database.MigrateAsync(FirstMigration, Stop);
            },
            Stop)));

        await using var after = Library(database);
        Assert.Equal(FirstMigration, Assert.Single(await after.Database.GetAppliedMigrationsAsync(Stop)));
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_type_that_a_migration_creates_is_known_to_every_connection_afterwards(Db kind)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(kind, maxSize: 1);
        await using (var before = await database.Pool.OpenConnectionAsync(Stop))
        {
            // Its connection has loaded the types of the database as they were.
        }

        await using (var context = Library(database))
        {
            await context.Database.MigrateAsync(Stop);
        }

        await using var connection = await database.Pool.OpenConnectionAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 'science'::shelf";
        Assert.Equal("science", await command.ExecuteScalarAsync(Stop));
    }

    private static LibraryContext Library(TestDatabase database) => new(database.OnPool<LibraryContext>().Options);
}
