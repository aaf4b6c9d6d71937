namespace Cenote.AdoNetTests;

public class StatementAllocationTests
{
    private const int Cycles = 500;

    public static TheoryData<Db> Databases { get; } = [Db.PostgreSqlDriverReset, Db.MariaDb];

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_statement_allocates_less_than_with_the_drivers_own_pool(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using DbDataSource driver = db == Db.MariaDb
            ? new MySqlConnector.MySqlDataSource(RealServers.MySql)
            : Npgsql.NpgsqlDataSource.Create(RealServers.PostgreSql);

        var own = Measure(driver);
        var pooled = Measure(pool);

        Assert.InRange(pooled, 1, own * 3 / 4);
    }

    // The least of several rounds: a blocking read that waits for the server allocates more.
    private static long Measure(DbDataSource source)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Cycles; i++)
            {
                using var connection = source.OpenConnection();
                using var command = connection.CreateCommand();
                command.CommandText = "SELECT 1";
                command.ExecuteScalar();
            }

            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Cycles);
        }

        return least;
    }
}
