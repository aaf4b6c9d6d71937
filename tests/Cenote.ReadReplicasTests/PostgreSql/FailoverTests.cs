using Cenote.ReadReplicasTests.Servers;

namespace Cenote.ReadReplicasTests.PostgreSql;

/// <summary>A primary and two replicas, some of which die.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private const string CountNotes = "SELECT count(*) FROM notes";
    private PostgreSqlLab _lab = null!;
    private RealSet _real = null!;

    private PostgreSqlServer Db1 => _lab.Servers[0];

    private PostgreSqlServer Db2 => _lab.Servers[1];

    private PostgreSqlServer Db3 => _lab.Servers[2];

    public async ValueTask InitializeAsync()
    {
        _lab = await PostgreSqlLab.StartAsync(replicas: 2);
        _real = await StartSetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _real.DisposeAsync();
        await _lab.DisposeAsync();
    }

    [Fact]
    public async Task Writes_find_the_promoted_replica_when_the_primary_dies()
    {
        await _real.WriteAsync(Db1.Insert(1));
        await AwaitNotesAsync(Db2, 1);
        await CascadeAsync();
        await Db1.KillAsync();
        await _real.Change(TopologyChangeKind.PrimaryLost, "db1");
        var waiting = _real.WriteAsync(Db1.Insert(2));

        await Db2.PromoteAsync();
        await waiting;

        var change = await _real.Change(TopologyChangeKind.PrimaryChanged, "db2");
        Assert.Equal("db1", change.FormerPrimary?.Name);
        Assert.Equal("db2", _real.Set.Primary?.Name);
        Assert.Equal(1, _real.Set.GetStatistics().Failovers);
        Assert.Equal(2, await CountNotesAsync(Db2));

        await Db1.RejoinAsync(Db2);
        await _real.Change(TopologyChangeKind.ReplicaJoined, "db1");
        await AwaitNotesAsync(Db1, 2);
        await AwaitNotesAsync(Db3, 2);
        await AwaitReadersAsync("db1", "db3");
        Assert.Equal("db2", _real.Set.Primary?.Name);
    }

    [Fact]
    public async Task Of_two_writable_servers_the_one_on_the_higher_timeline_is_the_primary()
    {
        await CascadeAsync();
        await Db2.PromoteAsync();

        var rival = await _real.Change(TopologyChangeKind.ConflictingPrimaryFound, "db1");
        Assert.Contains("timeline 1", rival.Reason, StringComparison.Ordinal);
        await _real.WriteAsync(Db2.Insert(7));
        await AwaitNotesAsync(Db3, 1);
        Assert.Equal(0, await CountNotesAsync(Db1));
        Assert.Equal("db2", _real.Set.Primary?.Name);
        await AwaitReadersAsync("db3");
        Assert.Equal(ReplicaSetServerState.ConflictingPrimary, _real.Server("db1").State);
        Assert.Contains(_real.Logger.Collector.GetSnapshot(), static record => record.Message.Contains("db1", StringComparison.Ordinal) && record.Message.Contains("timeline 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reads_go_on_while_a_replica_is_killed_and_return_to_it_when_it_is_back()
    {
        await Db2.KillAsync();
        await _real.Change(TopologyChangeKind.ReplicaEvicted, "db2");
        for (var read = 0; read < 50; read++)
        {
            Assert.Equal((0, "db3"), await _real.ReadAsync(CountNotes));
        }

        await Db2.StartAsync();
        await _real.Change(TopologyChangeKind.ReplicaJoined, "db2");
        await AwaitReadersAsync("db2", "db3");
        Assert.Equal(0, _real.Set.GetStatistics().ReadsOnPrimary);
    }

    [Fact]
    public async Task Without_replicas_reads_go_to_the_primary_up_to_the_cap()
    {
        await Db2.KillAsync();
        await Db3.KillAsync();
        await _real.Change(TopologyChangeKind.ReplicaEvicted, "db2");
        await _real.UntilAsync(static set => set.Servers.Skip(1).All(static server => server.State == ReplicaSetServerState.Unreachable), "no replica is left");

        await using (var lease = await _real.Set.RentReadAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal("db1", _real.NameOf(lease));
            var refusal = await Assert.ThrowsAsync<ReplicasUnavailableException>(
                async () => await _real.Set.RentReadAsync(TestContext.Current.CancellationToken));
            Assert.Contains("db2: Unreachable", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("db3: Unreachable", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal((0, "db1"), await _real.ReadAsync(CountNotes));
        await Db3.StartAsync();
        await _real.Change(TopologyChangeKind.ReplicaJoined, "db3");
        Assert.Equal((0, "db3"), await _real.ReadAsync(CountNotes));
    }

    [Fact]
    public async Task A_replica_that_falls_behind_leaves_until_it_has_caught_up()
    {
        await _real.DisposeAsync();
        _real = await StartSetAsync(static options => options.MaxLag = TimeSpan.FromSeconds(2));
        await Db2.PauseReplayAsync();
        var left = _real.Change(TopologyChangeKind.ReplicaEvicted, "db2");
        await Patience.UntilAsync(
            async () =>
            {
                await _real.WriteAsync(Db1.Insert(1));
                return left.IsCompleted;
            },
            Patience.Limit);
        Assert.Contains("MaxLag", (await left).Reason, StringComparison.Ordinal);
        Assert.Equal(ReplicaSetServerState.Lagging, _real.Server("db2").State);
        await AwaitReadersAsync("db3");

        await Db2.ResumeReplayAsync();
        await _real.Change(TopologyChangeKind.ReplicaJoined, "db2");
        await AwaitReadersAsync("db2", "db3");
    }

    private Task<RealSet> StartSetAsync(Action<ReplicaSetOptions>? configure = null) => RealSet.StartAsync(_lab.Servers.Select(PostgreSqlLab.NewProvider), options =>
    {
        options.MaxReadsOnPrimary = 1;
        configure?.Invoke(options);
    });

    /// <summary>
    /// Db3 follows db2: a server that has received more than the promoted one cannot follow it afterwards.
    /// </summary>
    private async Task CascadeAsync()
    {
        await Db3.FollowAsync(Db2);
        Assert.True(await Patience.UntilAsync(
            async () => await ScalarAsync(Db2, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == 1, Patience.Limit));
    }

    private static Task<long> CountNotesAsync(PostgreSqlServer server) => ScalarAsync(server, CountNotes);

    private static async Task<long> ScalarAsync(PostgreSqlServer server, string query)
    {
        await using var admin = await server.OpenAdminAsync();
        await using var command = admin.CreateCommand();
        command.CommandText = query;
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task AwaitNotesAsync(PostgreSqlServer server, long count) =>
        Assert.True(await Patience.UntilAsync(async () => await CountNotesAsync(server) == count, Patience.Limit));

    /// <summary>Waits until reads go to these servers, all of them, and to no other.</summary>
    private async Task AwaitReadersAsync(params string[] servers)
    {
        await _real.UntilAsync(
            set => set.Servers.Where(static server => server is { State: ReplicaSetServerState.Serving, Role: ServerRole.Replica }).Select(static server => server.Name).Order(StringComparer.Ordinal).SequenceEqual(servers, StringComparer.Ordinal),
            $"{string.Join(" and ", servers)} serve reads");
        SortedSet<string> served = new(StringComparer.Ordinal);
        Assert.True(await Patience.UntilAsync(
            async () =>
            {
                served.Add((await _real.ReadAsync(CountNotes)).Server);
                return served.Count == servers.Length;
            },
            Patience.Limit));
        Assert.True(served.SetEquals(servers), string.Join(", ", served));
    }
}
