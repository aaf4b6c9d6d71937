namespace Cenote.ReadReplicasTests.MariaDb;

/// <summary>What the provider learns from a replica in each of its states.</summary>
public sealed class ReplicaStatusTests : IAsyncLifetime
{
    private readonly MySqlProvider _ordinary = new("Server=127.0.0.1");
    private readonly MySqlProvider _privileged = new("Server=127.0.0.1");
    private MariaDbLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MariaDbLab.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        await _ordinary.DisposeAsync();
        await _privileged.DisposeAsync();
    }

    [Fact]
    public async Task A_replica_covers_what_it_applied_through_every_change_of_roles()
    {
        await WriteAsync(_lab.Primary);
        var primary = await ReadAsync(_lab.Primary);
        Assert.Equal(new ServerStatus { Role = ServerRole.Primary, Position = primary.Position }, primary);
        await CatchUpAsync(_lab.Replica, primary);

        // The thread that applies an event counts its seconds until it looks for the next one.
        Assert.True(await Patience.UntilAsync(async () => (await ReadAsync(_lab.Replica, asAdministrator: true)).Lag == TimeSpan.Zero, Patience.Limit));
        Assert.Null((await ReadAsync(_lab.Replica)).Lag);

        await _lab.Replica.PauseReplayAsync();
        await WriteAsync(_lab.Primary);
        primary = await ReadAsync(_lab.Primary);
        var paused = await ReadAsync(_lab.Replica, asAdministrator: true);
        Assert.Equal((ServerRole.Replica, null), (paused.Role, paused.Lag));
        Assert.False(paused.Position!.Covers(primary.Position!));
        await _lab.Replica.ResumeReplayAsync();
        await CatchUpAsync(_lab.Replica, primary);

        // Writable, as servers come: it still follows a primary, which everybody may see.
        await _lab.Replica.ExecuteAsync("SET GLOBAL read_only = 0");
        Assert.Equal((ServerRole.Replica, ServerRole.Replica), await RolesAsync(_lab.Replica));
        await _lab.Replica.ExecuteAsync("STOP SLAVE");
        Assert.Equal((ServerRole.Primary, ServerRole.Unknown), await RolesAsync(_lab.Replica));
        await _lab.Replica.ExecuteAsync("SET GLOBAL read_only = 1");
        Assert.Equal((ServerRole.Replica, ServerRole.Replica), await RolesAsync(_lab.Replica));
        await _lab.Replica.ExecuteAsync("START SLAVE");

        await _lab.Primary.KillAsync();
        Assert.Equal((ServerRole.Replica, ServerRole.Replica), await RolesAsync(_lab.Replica));
        await _lab.Replica.PromoteAsync();
        Assert.Equal((ServerRole.Primary, ServerRole.Primary), await RolesAsync(_lab.Replica));
        await WriteAsync(_lab.Replica);
        var promoted = await ReadAsync(_lab.Replica);
        Assert.True(promoted.Position!.Covers(primary.Position!));
        Assert.False(primary.Position!.Covers(promoted.Position));

        await _lab.Primary.RejoinAsync(_lab.Replica);
        Assert.Equal((ServerRole.Replica, ServerRole.Replica), await RolesAsync(_lab.Primary));
        await CatchUpAsync(_lab.Primary, promoted);
    }

    private static Task WriteAsync(MariaDbServer server) => server.ExecuteAsync(server.Insert(1));

    private async Task<(ServerRole Ordinary, ServerRole Privileged)> RolesAsync(MariaDbServer server) =>
        ((await ReadAsync(server)).Role, (await ReadAsync(server, asAdministrator: true)).Role);

    private Task<ServerStatus> ReadAsync(MariaDbServer server, bool asAdministrator = false) =>
        MariaDbLab.ReadStatusAsync(asAdministrator ? _privileged : _ordinary, server, asAdministrator);

    private async Task CatchUpAsync(MariaDbServer replica, ServerStatus primary)
    {
        var status = ServerStatus.Unknown;
        Assert.True(
            await Patience.UntilAsync(async () => (status = await ReadAsync(replica)).Position!.Covers(primary.Position!), Patience.Limit),
            $"The primary is at {primary.Position}, the replica at {status.Position}.");
    }
}
