using Cenote.Shop.Clients;
using Cenote.Shop.Database;
using Cenote.Shop.Pools;
using Microsoft.Data.Sqlite;

namespace Cenote.ShopTests.Pools;

public sealed class SplitArrangementTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_is_not_there_yet_is_made_by_the_writer_with_its_write_ahead_log()
    {
        using var database = SqliteShopDatabase.At(_folder.File("new.db"));
        await using var pools = await OpenAsync(database);

        await using var lease = await pools.RentForReadingAsync(TestContext.Current.CancellationToken, "", 0, "");

        Assert.Same(pools.ForReading.Pool, lease.Pool);
        Assert.Equal("wal", await lease.Connection.ScalarAsync("PRAGMA journal_mode", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_the_writer_wrote_a_reader_sees_and_cannot_change()
    {
        using var database = SqliteShopDatabase.At(_folder.File("shop.db"));
        await using var pools = await OpenAsync(database);
        await using (var writer = await pools.OpenForWritingAsync(TestContext.Current.CancellationToken, "", 0, ""))
        {
            Assert.Same(pools.ForWriting.Pool, writer.Pool);
            await writer.ExecuteAsync(transaction: null, "CREATE TABLE t (x); INSERT INTO t VALUES (42)", TestContext.Current.CancellationToken);
        }

        await using var reader = await pools.RentForReadingAsync(TestContext.Current.CancellationToken, "", 0, "");

        Assert.Equal(42L, await reader.Connection.ScalarAsync("SELECT x FROM t", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<SqliteException>(() => reader.Connection.ExecuteAsync(transaction: null, "UPDATE t SET x = 43", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_reported_as_such()
    {
        using var database = SqliteShopDatabase.At(_folder.File("no such folder/shop.db"));

        await Assert.ThrowsAsync<DatabaseUnreachableException>(() => OpenAsync(database));
    }

    [Fact]
    public async Task Both_arrangements_have_as_many_connections()
    {
        using var database = SqliteShopDatabase.At(_folder.File("shop.db"));
        var sizes = new PoolSizes(PoolPlan.Compare, Minimum: 2, Maximum: 5);
        await using var arrangements = await Arrangements.OpenAsync(database, sizes, new OperationMeters(), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal([ArrangementKind.Split, ArrangementKind.Mixed], arrangements.All.Select(pools => pools.Kind));
        Assert.All(arrangements.All, pools => Assert.Equal(5, pools.Pools.Sum(pool => pool.Pool.GetStatistics().MaxSize)));
        Assert.Equal(1, arrangements.All[0].ForWriting.Pool.GetStatistics().MaxSize);
    }

    private static Task<SplitArrangement> OpenAsync(SqliteShopDatabase database) => SplitArrangement.OpenAsync(
        database, new PoolSizes(PoolPlan.Split, Minimum: 2, Maximum: 3), new OperationMeters(), TimeProvider.System, TestContext.Current.CancellationToken);
}
