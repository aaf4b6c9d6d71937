using System.Data.Common;
using Cenote.ReadReplicasTests.Servers;

namespace Cenote.ReadReplicasTests.PostgreSql;

/// <summary>Tokens of writes that a failover has lost, and of others.</summary>
public sealed class LostTokenTests : IAsyncLifetime
{
    private PostgreSqlLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await PostgreSqlLab.StartAsync(replicas: 2);

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_token_of_a_lost_write_is_refused_and_one_from_before_the_promotion_is_not()
    {
        var (db1, db2, db3) = (_lab.Servers[0], _lab.Servers[1], _lab.Servers[2]);
        await db3.FollowAsync(db2);
        await using var real = await StartSetAsync();
        await real.WriteAsync(db1.Insert(1));
        var kept = await real.Set.GetTokenAsync(Stop);
        Assert.EndsWith("@1", kept.Position.ToString(), StringComparison.Ordinal);
        await AwaitAsync(db2, "SELECT count(*) FROM notes", 1);

        // Nothing that is written from now on leaves the primary.
        await db2.ExecuteAsync("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()");
        await AwaitAsync(db2, "SELECT count(*) FROM pg_stat_wal_receiver", 0);
        await real.WriteAsync(db1.Insert(2));
        var lost = await real.Set.GetTokenAsync(Stop);
        await db1.KillAsync();
        await db2.PromoteAsync();
        await real.Change(TopologyChangeKind.PrimaryChanged, "db2");
        await real.WriteAsync("INSERT INTO notes SELECT generate_series(3, 1002)");
        var written = await real.Set.GetTokenAsync(Stop);
        await AwaitAsync(db3, "SELECT count(*) FROM notes", 1001);
        await real.UntilAsync(set => set.Servers[2].Position!.Covers(written.Position), "the replica has come so far");

        // The positions alone say that both servers have it.
        Assert.All(real.Set.Servers.Skip(1), server => Assert.True(server.Position!.Covers(WithoutTimeline(real, lost))));
        await RefusesAsync(real, lost);
        await RefusesAsync(real, lost.Combine(written));
        Assert.Equal(1001, await CountAsync(real, kept));
        Assert.Equal(1001, await CountAsync(real, kept.Combine(written)));
        Assert.Equal(1001, await CountAsync(real, real.Set.ParseToken(written.ToString())));

        // What the new primary has is left out of what is passed on, with a write and without. What it lacks is not.
        Assert.EndsWith("@2", await PassOnAsync(real, kept, "SELECT 1"), StringComparison.Ordinal);
        Assert.EndsWith("@2", await PassOnAsync(real, kept, write: null), StringComparison.Ordinal);
        Assert.EndsWith("@1", await PassOnAsync(real, lost, "SELECT 1"), StringComparison.Ordinal);

        // A running set still knows where the timeline began, which the server itself does not.
        await db2.KillAsync();
        await db2.StartAsync();
        await real.WriteAsync(db2.Insert(2000));
        await real.Set.ProbeAsync(Stop);
        await RefusesAsync(real, lost);
        Assert.True(await CountAsync(real, kept) >= 1001);
        await using var later = await StartSetAsync(_lab.Servers.Skip(1));
        await RefusesAsync(later, lost);
        await RefusesAsync(later, kept);
        Assert.Equal(1002, await CountAsync(later, await later.Set.GetTokenAsync(Stop)));
    }

    [Fact]
    public async Task A_token_of_a_promotion_that_the_set_has_not_seen_makes_it_look_again()
    {
        var (db1, db2, db3) = (_lab.Servers[0], _lab.Servers[1], _lab.Servers[2]);

        // Else no replica says which timeline it follows.
        await db1.ExecuteAsync("GRANT pg_read_all_stats TO worker");
        await using var blind = await StartSetAsync(_lab.Servers, static options => (options.ProbeInterval, options.MaxLag) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan));
        await db2.PromoteAsync();
        await using var other = await StartSetAsync([db2]);
        await other.WriteAsync(db2.Insert(1));
        var token = await other.Set.GetTokenAsync(Stop);
        Assert.EndsWith("@2", token.Position.ToString(), StringComparison.Ordinal);

        // The others follow the former primary, which writes on beyond the position of the token.
        await db1.ExecuteAsync("INSERT INTO notes SELECT generate_series(1, 1000)");
        await AwaitAsync(db3, "SELECT count(*) FROM notes", 1000);
        Assert.Equal("db1", blind.Set.Primary?.Name);

        Assert.Equal(1, await CountAsync(blind, token));
        Assert.Equal("db2", blind.Set.Primary?.Name);
    }

    private Task<RealSet> StartSetAsync() => StartSetAsync(_lab.Servers);

    private static Task<RealSet> StartSetAsync(IEnumerable<PostgreSqlServer> servers, Action<ReplicaSetOptions>? configure = null) => RealSet.StartAsync(
        servers.Select(PostgreSqlLab.NewProvider),
        options =>
        {
            options.CausalReadTimeout = TimeSpan.FromSeconds(1);
            options.MaxReadsOnPrimary = 4;
            configure?.Invoke(options);
        });

    private static async Task RefusesAsync(RealSet real, CausalToken token)
    {
        var refusal = await Assert.ThrowsAsync<CausalTokenException>(async () => await real.Set.RentReadAsync(token, Stop)).Soon();
        Assert.Equal(CausalTokenProblem.AheadOfPrimary, refusal.Problem);
        Assert.Contains("lost in a failover", refusal.Message, StringComparison.Ordinal);
    }

    private static ReplicationPosition WithoutTimeline(RealSet real, CausalToken token) =>
        real.Server("db2").Pool.Provider.ParsePosition(token.Position.ToString().Split('@')[0]);

    private static async Task<string> PassOnAsync(RealSet real, CausalToken token, string? write)
    {
        using var scope = real.Set.BeginCausalScope(token);
        if (write is not null)
        {
            await real.WriteAsync(write);
        }

        return (await scope.GetTokenAsync(Stop))!.Position.ToString();
    }

    private static async Task<long> CountAsync(RealSet real, CausalToken token)
    {
        await using var connection = await real.Set.OpenReadConnectionAsync(token, Stop);
        return await ScalarAsync(connection, "SELECT count(*) FROM notes");
    }

    private static async Task AwaitAsync(PostgreSqlServer server, string query, long expected)
    {
        await using var admin = await server.OpenAdminAsync();
        Assert.True(await Patience.UntilAsync(async () => await ScalarAsync(admin, query) == expected, Patience.Limit), query);
    }

    private static async Task<long> ScalarAsync(DbConnection connection, string query)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
