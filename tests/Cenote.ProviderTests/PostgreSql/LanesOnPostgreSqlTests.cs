namespace Cenote.ProviderTests.PostgreSql;

/// <summary>Lanes on a real server.</summary>
public sealed class LanesOnPostgreSqlTests
{
    private const int Size = 4;
    private const int Reserve = 1;
    private const int Flood = 50 * Size;

    private static readonly Lane s_batch = new("batch");

    [Fact]
    public async Task A_batch_flood_leaves_the_reserve_and_loses_nothing_of_its_share()
    {
        await using var pool = new ConnectionPoolBuilder()
            .UsePostgreSql(RealServers.PostgreSqlOrdinary)
            .WithSize(Size, Size)
            .WithAcquireTimeout(TimeSpan.FromMinutes(5))
            .WithLane("interactive", static lane => lane.Reserve = Reserve)
            .WithLane(s_batch.Name)
            .Build();
        await pool.WaitUntilReadyAsync().Soon();
        var (holders, most, isOver) = (0, 0, false);
        var flood = Enumerable.Range(0, Flood).Select(_ => WorkAsync()).ToList();
        await Patience.SoonAsync(() => Of("batch").Waiting > Flood / 2);

        for (var i = 0; i < 20; i++)
        {
            await using (var lease = await pool.RentAsync())
            {
                await QueryAsync(lease);
                Assert.True(Of("batch").Waiting > 0);
            }

            // The reserve is there for the next call when the reset of this one is over.
            await Patience.SoonAsync(() => Of("interactive").InUse == 0);
        }

        Volatile.Write(ref isOver, true);
        await Task.WhenAll(flood).Soon();
        Assert.Equal((20, 0), (Of("interactive").Rents, Of("interactive").Waits));
        Assert.Equal(Size - Reserve, most);
        Assert.InRange(Of("batch").Rents, Flood, long.MaxValue);
        Assert.Equal(0, Of("batch").Timeouts + Of("batch").OverloadRejections);
        await Patience.SoonAsync(() => pool.GetStatistics().Lanes.All(static lane => (lane.InUse, lane.Waiting) == (0, 0)));
        Assert.Equal(Size, pool.GetStatistics().ConnectionsOpened);

        LaneStatistics Of(string name) => pool.GetStatistics().Lanes.Single(lane => lane.Name == name);

        async Task WorkAsync()
        {
            do
            {
                await using var lease = await pool.RentAsync(s_batch);
                var now = Interlocked.Increment(ref holders);
                for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
                {
                    Interlocked.CompareExchange(ref most, now, seen);
                }

                await QueryAsync(lease);
                Interlocked.Decrement(ref holders);
            }
            while (!Volatile.Read(ref isOver));
        }
    }

    private static async Task QueryAsync(ConnectionLease lease)
    {
        await using var command = lease.Connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await command.ExecuteScalarAsync();
    }
}
