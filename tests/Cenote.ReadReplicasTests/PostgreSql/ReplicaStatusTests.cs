namespace Cenote.ReadReplicasTests.PostgreSql;

/// <summary>What the provider learns from a replica in each of its states.</summary>
public sealed class ReplicaStatusTests : IAsyncLifetime
{
    private readonly PostgreSqlProvider _provider = new("Host=127.0.0.1");
    private PostgreSqlLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await PostgreSqlLab.StartAsync(replicas: 1);

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task A_replica_without_lag_returns_so_to_an_ordinary_user()
    {
        await _lab.Primary.ExecuteAsync("INSERT INTO notes VALUES (1)");
        var primary = await ReadAsync(_lab.Primary);
        var replica = await CatchUpAsync(primary);

        Assert.Equal(new ServerStatus { Role = ServerRole.Replica, Lag = TimeSpan.Zero, Position = replica.Position, ClusterId = primary.ClusterId, ServerId = replica.ServerId }, replica);
        Assert.NotNull(primary.ClusterId);
        Assert.Equal(1, (await PostgreSqlLab.ReadStatusAsync(_provider, _lab.Replica, asAdministrator: true)).Timeline);
    }

    [Fact]
    public async Task A_replica_of_a_quiet_primary_covers_it_although_the_primary_has_begun_a_new_file()
    {
        await _lab.Primary.ExecuteAsync("INSERT INTO notes VALUES (1)", "SELECT pg_switch_wal()");
        await CatchUpAsync(await ReadAsync(_lab.Primary));
    }

    [Fact]
    public async Task A_replica_with_paused_replay_lags_by_the_age_of_its_data()
    {
        await _lab.Primary.ExecuteAsync("INSERT INTO notes VALUES (1)");
        await CatchUpAsync(await ReadAsync(_lab.Primary));
        await _lab.Replica.PauseReplayAsync();
        await _lab.Primary.ExecuteAsync("INSERT INTO notes VALUES (2)");
        var primary = await ReadAsync(_lab.Primary);

        Assert.True(await Patience.UntilAsync(async () => (await ReadAsync(_lab.Replica)).Lag > TimeSpan.Zero, Patience.Limit));
        Assert.False((await ReadAsync(_lab.Replica)).Position!.Covers(primary.Position!));
        Assert.True(primary.Position!.Covers((await ReadAsync(_lab.Replica)).Position!));

        await _lab.Replica.ResumeReplayAsync();
        await CatchUpAsync(primary);
    }

    [Fact]
    public async Task A_replica_without_a_primary_answers_and_its_promotion_is_counted()
    {
        await _lab.Primary.ExecuteAsync("INSERT INTO notes VALUES (1)");
        var before = await ReadAsync(_lab.Primary);
        await CatchUpAsync(before);
        await _lab.Primary.KillAsync();

        Assert.True(await Patience.UntilAsync(async () => (await ReadAsync(_lab.Replica)).Lag > TimeSpan.Zero, Patience.Limit));
        var orphan = await ReadAsync(_lab.Replica);
        Assert.Equal(ServerRole.Replica, orphan.Role);
        Assert.True(orphan.Position!.Covers(before.Position!));

        await _lab.Replica.PromoteAsync();
        var promoted = await ReadAsync(_lab.Replica);
        Assert.Equal(new ServerStatus { Role = ServerRole.Primary, Timeline = 2, ClusterId = before.ClusterId, Position = promoted.Position, ServerId = promoted.ServerId }, promoted);
        Assert.True(promoted.Position!.Covers(before.Position!));

        await _lab.Primary.RejoinAsync(_lab.Replica);
        await _lab.Replica.ExecuteAsync("INSERT INTO notes VALUES (2)");
        promoted = await ReadAsync(_lab.Replica);
        Assert.True(await Patience.UntilAsync(async () => (await ReadAsync(_lab.Primary)).Position!.Covers(promoted.Position!), Patience.Limit));
        var former = await PostgreSqlLab.ReadStatusAsync(_provider, _lab.Primary, asAdministrator: true);
        Assert.Equal((ServerRole.Replica, 2L), (former.Role, former.Timeline));
    }

    private Task<ServerStatus> ReadAsync(PostgreSqlServer server) => PostgreSqlLab.ReadStatusAsync(_provider, server);

    private async Task<ServerStatus> CatchUpAsync(ServerStatus primary)
    {
        var status = ServerStatus.Unknown;
        Assert.True(
            await Patience.UntilAsync(
                async () =>
                {
                    status = await ReadAsync(_lab.Replica);
                    return status.Position!.Covers(primary.Position!) && status.Lag == TimeSpan.Zero;
                },
                Patience.Limit),
            $"The primary is at {primary.Position}, the replica at {status.Position}.");
        return status;
    }
}
