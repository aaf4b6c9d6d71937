using System.Data.Common;
using Cenote.ReadReplicasTests.Servers;
using MySqlConnector;
using static Cenote.ReadReplicasTests.Servers.CausalChecker;

namespace Cenote.ReadReplicasTests.MariaDb;

/// <summary>A primary and a replica that follows it by transaction identifiers.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private const int Clients = 4;
    private const string CountNotes = "SELECT count(*) FROM lab.notes";
    private MariaDbLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MariaDbLab.StartAsync();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_write_that_meets_a_read_only_server_finds_the_new_primary_at_once()
    {
        // Nothing but the refused write tells the set.
        await using var real = await StartSetAsync(static options => (options.ProbeInterval, options.MaxLag) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan));
        await real.WriteAsync(_lab.Primary.Insert(1));
        await _lab.Primary.ExecuteAsync("SET GLOBAL read_only = 1");
        await _lab.Replica.PromoteAsync();
        await _lab.Primary.ExecuteAsync("SET GLOBAL gtid_slave_pos = @@gtid_binlog_pos");
        await _lab.Primary.FollowAsync(_lab.Replica);
        await Assert.ThrowsAsync<MySqlException>(async () =>
        {
            await using var connection = await real.Set.OpenWriteConnectionAsync(TestContext.Current.CancellationToken);
            await RealSet.ExecuteAsync(connection, _lab.Primary.Insert(2));
        });
        var change = await real.Change(TopologyChangeKind.PrimaryChanged, "db2");
        Assert.Equal("db1", change.FormerPrimary?.Name);
        await real.WriteAsync(_lab.Replica.Insert(2));
        Assert.Equal(ServerRole.Replica, real.Server("db1").Role);
        await using var connection = await real.Set.OpenReadConnectionAsync(
            await real.Set.GetTokenAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        Assert.Equal(2, await CountAsync(connection));
    }

    [Fact]
    public async Task Writes_find_the_promoted_replica_when_the_primary_dies()
    {
        await using var real = await StartSetAsync();
        await real.WriteAsync(_lab.Primary.Insert(1));
        await real.Set.ProbeAsync(TestContext.Current.CancellationToken);
        var written = real.Server("db1").Position!;
        await real.UntilAsync(set => set.Servers[1].Position!.Covers(written), "the replica has the write");
        await _lab.Primary.KillAsync();
        await real.Change(TopologyChangeKind.PrimaryLost, "db1");
        var waiting = real.WriteAsync(_lab.Primary.Insert(2));
        await _lab.Replica.PromoteAsync();
        await waiting;
        await real.Change(TopologyChangeKind.PrimaryChanged, "db2");

        await _lab.Primary.RejoinAsync(_lab.Replica);
        await real.Change(TopologyChangeKind.ReplicaJoined, "db1");
        await using var connection = await real.Set.OpenReadConnectionAsync(
            await real.Set.GetTokenAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        Assert.Equal(2, await CountAsync(connection));
        Assert.Equal("db2", real.Set.Primary?.Name);
    }

    [Fact]
    public async Task Reads_with_tokens_are_never_stale_while_the_replica_s_replay_stops_and_goes()
    {
        await _lab.Primary.ExecuteAsync(
            "USE lab",
            "CREATE TABLE counters (client int PRIMARY KEY, n bigint NOT NULL)",
            $"INSERT INTO counters SELECT seq, 0 FROM seq_0_to_{Clients - 1}");
        await using var real = await StartSetAsync(
            static options =>
            {
                options.MaxReadsOnPrimary = Clients;
                options.CausalReadTimeout = TimeSpan.FromMilliseconds(50);
            },
            poolSize: Clients);
        await using var stutter = new Stutter(_lab.Replica);

        var careless = new CausalChecker(real.Set, "lab.counters", readsAfterWrite: 5);
        await careless.RunAsync(1_000, [.. Enumerable.Repeat(Promise.None, Clients)]);
        Assert.True(careless.Stale > 0, "The replica was never behind: the checker shows nothing.");

        var causal = new CausalChecker(real.Set, "lab.counters", readsAfterWrite: 5);
        await causal.RunAsync(3_000, Promise.Token, Promise.Scope, Promise.Token, Promise.Scope);
        Assert.Equal(0, causal.Stale);
        Assert.True(real.Set.GetStatistics().CausalReadsImmediate > 0);
    }

    private Task<RealSet> StartSetAsync(Action<ReplicaSetOptions>? configure = null, int poolSize = 4) =>
        RealSet.StartAsync([MariaDbLab.NewProvider(_lab.Primary), MariaDbLab.NewProvider(_lab.Replica)], configure, poolSize);

    private static async Task<long> CountAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = CountNotes;
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
