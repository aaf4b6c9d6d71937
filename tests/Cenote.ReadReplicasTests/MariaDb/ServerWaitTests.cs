using System.Data.Common;
using System.Globalization;
using Cenote.ReadReplicasTests.Servers;

namespace Cenote.ReadReplicasTests.MariaDb;

/// <summary>Waits at a real replica, as an ordinary user.</summary>
public sealed class ServerWaitTests : IAsyncLifetime
{
    private const string CountWaits = "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'SELECT MASTER_GTID_WAIT%'";
    private MariaDbLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MariaDbLab.StartAsync();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Many_callers_share_one_wait_at_the_server_and_see_their_writes_after_it()
    {
        await using var real = await StartSetAsync();
        await _lab.Replica.PauseReplayAsync();
        List<CausalToken> tokens = [];
        for (var write = 0; write < 3; write++)
        {
            await real.WriteAsync(_lab.Primary.Insert(write));
            tokens.Add(await real.Set.GetTokenAsync(Stop));
        }

        var reads = tokens.Concat(tokens).Select((token, number) => CountAsync(real, token)).ToList();
        Assert.True(await Patience.UntilAsync(async () => await CountWaitsAsync() == 1, Patience.Limit));
        Assert.All(reads, static read => Assert.False(read.IsCompleted));
        Assert.All(real.Set.Servers, static server => Assert.Equal(0, server.Pool.GetApproximateLoad()));
        await _lab.Replica.ResumeReplayAsync();

        var found = await Task.WhenAll(reads).Soon();
        for (var read = 0; read < found.Length; read++)
        {
            Assert.Equal("db2", found[read].Server);
            Assert.True(found[read].Count >= (read % 3) + 1);
        }

        Assert.Equal(6, real.Set.GetStatistics().CausalReadsAfterWait);
    }

    [Fact]
    public async Task Closing_the_set_leaves_no_wait_at_the_server()
    {
        var real = await StartSetAsync();
        await _lab.Replica.PauseReplayAsync();
        await real.WriteAsync(_lab.Primary.Insert(1));
        var read = CountAsync(real, await real.Set.GetTokenAsync(Stop));
        Assert.True(await Patience.UntilAsync(async () => await CountWaitsAsync() == 1, Patience.Limit));

        await real.DisposeAsync().AsTask().Soon();

        await Assert.ThrowsAsync<ReplicaSetClosedException>(() => read.Soon());
        Assert.Equal(0, await CountWaitsAsync());
    }

    [Fact]
    public async Task A_wait_returns_the_position_of_the_replica_when_it_is_reached_or_time_is_up()
    {
        await using var provider = MariaDbLab.NewProvider(_lab.Replica);
        await _lab.Replica.PauseReplayAsync();
        await _lab.Primary.ExecuteAsync(_lab.Primary.Insert(1));
        var written = (await MariaDbLab.ReadStatusAsync(provider, _lab.Primary)).Position!;
        await using var stranger = await _lab.Replica.OpenStrangerAsync();

        var early = await provider.WaitForPositionAsync(stranger, written, TimeSpan.FromMilliseconds(50), Stop);
        Assert.False(early!.Covers(written));
        var waiting = provider.WaitForPositionAsync(stranger, written, Patience.Limit, Stop).AsTask();
        await _lab.Replica.ResumeReplayAsync();
        Assert.True((await waiting.Soon())!.Covers(written));
        Assert.Null(await provider.WaitForPositionAsync(stranger, provider.ParsePosition("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5"), Patience.Limit, Stop));
    }

    private Task<RealSet> StartSetAsync() => RealSet.StartAsync(
        [MariaDbLab.NewProvider(_lab.Primary), MariaDbLab.NewProvider(_lab.Replica)],
        static options =>
        {
            options.CausalReadTimeout = TimeSpan.FromMinutes(1);
            options.AcquireTimeout = TimeSpan.FromMinutes(2);
            options.MaxLag = Timeout.InfiniteTimeSpan;
        },
        poolSize: 6);

    private async Task<long> CountWaitsAsync()
    {
        await using var admin = await _lab.Replica.OpenAdminAsync();
        return await ScalarAsync(admin, CountWaits);
    }

    private static async Task<(long Count, string Server)> CountAsync(RealSet real, CausalToken token)
    {
        await using var lease = await real.Set.RentReadAsync(token, Stop);
        return (await ScalarAsync(lease.Connection, "SELECT count(*) FROM lab.notes"), real.NameOf(lease));
    }

    private static async Task<long> ScalarAsync(DbConnection connection, string query)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        return Convert.ToInt64(await command.ExecuteScalarAsync(Stop), CultureInfo.InvariantCulture);
    }
}
