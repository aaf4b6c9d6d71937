using Npgsql;

namespace Cenote.EntityFrameworkCoreTests;

public sealed class HolderTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_report_names_the_context_that_holds_a_connection(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var pool = await database.OpenImpatientPoolAsync();
        await using var context = new ShopContext(database.Plainly().UseConnectionPool(pool).Options);
        await context.Database.OpenConnectionAsync(Stop);
        Assert.Equal("ShopContext (EF Core)", Assert.Single(pool.GetLeases()).CallSite.ToString());
        await using var other = new ShopContext(database.Plainly().UseConnectionPool(pool).Options);
        var failure = await Assert.ThrowsAsync<PoolTimeoutException>(() => other.Products.ToListAsync(Stop));
        Assert.Contains("ShopContext (EF Core)", failure.Message, StringComparison.Ordinal);
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task The_drivers_own_connection_is_at_hand_while_it_is_open(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var context = database.Context();
        Assert.Throws<InvalidOperationException>(() => context.Database.GetPooledConnection().Unwrap<NpgsqlConnection>());
        await context.Database.OpenConnectionAsync(Stop);
        var connection = context.Database.GetPooledConnection().Unwrap<NpgsqlConnection>();
        await using (var writer = await connection.BeginBinaryImportAsync("""COPY "Orders" ("Customer") FROM STDIN (FORMAT BINARY)""", Stop))
        {
            await writer.StartRowAsync(Stop);
            await writer.WriteAsync("copied", Stop);
            await writer.CompleteAsync(Stop);
        }

        Assert.Equal("copied", (await context.Orders.SingleAsync(Stop)).Customer);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_query_timeout_of_the_connection_ends_a_statement_of_the_context(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        await using var context = database.Context();
        context.Database.GetPooledConnection().QueryTimeout = TimeSpan.FromMilliseconds(300);
        var endless = kind == Db.Sqlite
            ? """WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT COUNT(*) AS "Value" FROM s"""
            : """SELECT 1 AS "Value" FROM pg_sleep(600)""";
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => context.Database.SqlQueryRaw<int>(endless).ToListAsync(Stop));
        Assert.IsType<QueryTimeoutException>(failure);
        context.Database.GetPooledConnection().QueryTimeout = null;
        Assert.Empty(await context.Products.ToListAsync(Stop));
    }
}
