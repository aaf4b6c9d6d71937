using Cenote.Shop.Arguments;
using Cenote.Shop.Pools;
using Cenote.Shop.Database;

namespace Cenote.ShopTests.Arguments;

public sealed class PoolSizesReaderTests
{
    private readonly List<string> _problems = [];

    [Fact]
    public void SQLite_gets_both_arrangements_with_as_many_connections()
    {
        Gives(new PoolSizes(PoolPlan.Compare, 2, 10), Read(ShopProvider.Sqlite));
        Gives(new PoolSizes(PoolPlan.Compare, 2, 4), Read(ShopProvider.Sqlite, readers: 3));
        Gives(new PoolSizes(PoolPlan.Compare, 2, 4), Read(ShopProvider.Sqlite, readers: 3, maximum: 4));
        Assert.Equal(3, Read(ShopProvider.Sqlite, maximum: 4).Readers);
    }

    [Fact]
    public void One_of_the_connections_kept_open_writes()
    {
        Assert.Equal(4, Read(ShopProvider.Sqlite, minimum: 5).MinimumReaders);
        Assert.Equal(0, Read(ShopProvider.Sqlite, minimum: 0).MinimumReaders);
        Assert.Equal(1, Read(ShopProvider.Sqlite, readers: 1).MinimumReaders);
    }

    [Fact]
    public void A_single_connection_cannot_be_shared_out_so_it_is_one_pool() =>
        Gives(new PoolSizes(PoolPlan.Mixed, 1, 1), Read(ShopProvider.Sqlite, maximum: 1));

    [Fact]
    public void A_server_gets_one_pool()
    {
        Gives(new PoolSizes(PoolPlan.Mixed, 2, 10), Read(ShopProvider.PostgreSql));
        Gives(new PoolSizes(PoolPlan.Mixed, 3, 20), Read(ShopProvider.MySql, PoolPlan.Mixed, minimum: 3, maximum: 20));
        Assert.Equal(0, Read(ShopProvider.PostgreSql).Readers);
    }

    [Fact]
    public void Contradicting_numbers_are_reported()
    {
        Tells("--readers 3 and the writer are 4 connections, but --max-size is 10", () => Read(ShopProvider.Sqlite, readers: 3, maximum: 10));
        Tells("--min-size 5 is more than the maximum size of 4. Lower it, or raise --readers", () => Read(ShopProvider.Sqlite, readers: 3, minimum: 5));
        Tells("or raise --max-size", () => Read(ShopProvider.Sqlite, minimum: 11));
    }

    [Theory]
    [InlineData(PoolPlan.Split)]
    [InlineData(PoolPlan.Compare)]
    internal void What_needs_readers_needs_room_for_them_and_a_file(PoolPlan plan)
    {
        Tells("--max-size 1 leaves no connection for a reader", () => Read(ShopProvider.Sqlite, plan, maximum: 1));
        Tells("are for --provider sqlite", () => Read(ShopProvider.PostgreSql, plan));
        Tells("are for --provider sqlite", () => Read(ShopProvider.MySql, plan));
    }

    [Fact]
    public void Unused_readers_are_reported()
    {
        Tells("--readers does not apply to --pools mixed", () => Read(ShopProvider.Sqlite, PoolPlan.Mixed, readers: 3));
        Tells("--readers is for --provider sqlite", () => Read(ShopProvider.PostgreSql, readers: 3));
    }

    private void Gives(PoolSizes expected, PoolSizes sizes)
    {
        Assert.Equal(expected, sizes);
        Assert.Empty(_problems);
    }

    private void Tells(string problem, Func<PoolSizes> read)
    {
        _problems.Clear();
        read();
        Assert.Contains(problem, Assert.Single(_problems));
    }

    private PoolSizes Read(ShopProvider provider, PoolPlan? plan = null, int? readers = null, int? minimum = null, int? maximum = null) =>
        new PoolSizesReader(_problems.Add).Read(provider, plan, readers, minimum, maximum);
}
