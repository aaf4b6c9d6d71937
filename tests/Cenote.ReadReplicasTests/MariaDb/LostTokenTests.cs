using System.Data.Common;
using Cenote.ReadReplicasTests.Servers;

namespace Cenote.ReadReplicasTests.MariaDb;

/// <summary>Tokens of writes that a failover has lost, and of others.</summary>
public sealed class LostTokenTests : IAsyncLifetime
{
    private MariaDbLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MariaDbLab.StartAsync();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_token_of_a_lost_write_is_refused_and_one_from_before_the_promotion_is_not()
    {
        await using var real = await StartSetAsync();
        var (kept, lost) = await FailOverAsync(real, lostWrites: 2);
        await real.WriteAsync("INSERT INTO lab.notes SELECT seq FROM seq_3_to_5");
        for (var write = 6; write <= 8; write++)
        {
            await real.WriteAsync(_lab.Replica.Insert(write));
        }

        var written = await real.Set.GetTokenAsync(Stop);
        await RefusesAsync(real, lost);
        await RefusesAsync(real, real.Set.ParseToken(lost.Combine(written).ToString()));
        Assert.Equal(7, await CountAsync(real, kept));
        Assert.Equal(7, await CountAsync(real, real.Set.ParseToken(kept.Combine(written).ToString())));

        // Its log says so, also after a restart.
        await _lab.Replica.KillAsync();
        await _lab.Replica.StartAsync();
        await real.WriteAsync(_lab.Replica.Insert(9));
        await real.Set.ProbeAsync(Stop);
        await RefusesAsync(real, lost);
        Assert.Equal(8, await CountAsync(real, kept));
    }

    [Fact]
    public async Task A_diverged_former_primary_serves_no_token_of_the_new_one()
    {
        await using var real = await StartSetAsync();
        await FailOverAsync(real, lostWrites: 5);

        // It has as many transactions as the new primary, and more. They are other ones.
        await _lab.Primary.RejoinAsync(_lab.Replica);
        await real.UntilAsync(static set => set.Servers[0] is { Role: ServerRole.Replica, State: ReplicaSetServerState.Serving }, "the former primary is a replica");
        await real.WriteAsync(_lab.Replica.Insert(100));
        var token = await real.Set.GetTokenAsync(Stop);

        await using var connection = await real.Set.OpenReadConnectionAsync(token, Stop);
        Assert.Equal(1, await ScalarAsync(connection, "SELECT count(*) FROM lab.notes WHERE n = 100"));
        Assert.Equal(1, real.Set.GetStatistics().CausalReadsOnPrimary);
    }

    private async Task<(CausalToken Kept, CausalToken Lost)> FailOverAsync(RealSet real, int lostWrites)
    {
        await real.WriteAsync(_lab.Primary.Insert(1));
        var kept = await real.Set.GetTokenAsync(Stop);
        await real.UntilAsync(
            set =>
            {
                _ = set.ProbeAsync(Stop);
                return set.Servers[1].Position!.Covers(kept.Position);
            },
            "the replica has the first write");
        await _lab.Replica.ExecuteAsync("STOP SLAVE IO_THREAD");
        for (var write = 0; write < lostWrites; write++)
        {
            await real.WriteAsync(_lab.Primary.Insert(2));
        }

        var lost = await real.Set.GetTokenAsync(Stop);
        await _lab.Primary.KillAsync();
        await _lab.Replica.PromoteAsync();
        await real.Change(TopologyChangeKind.PrimaryChanged, "db2");
        return (kept, lost);
    }

    private Task<RealSet> StartSetAsync() => RealSet.StartAsync(
        [MariaDbLab.NewProvider(_lab.Primary), MariaDbLab.NewProvider(_lab.Replica)],
        static options =>
        {
            options.CausalReadTimeout = TimeSpan.FromSeconds(1);
            options.MaxReadsOnPrimary = 4;
            options.MaxLag = Timeout.InfiniteTimeSpan;
        });

    private static async Task RefusesAsync(RealSet real, CausalToken token)
    {
        var refusal = await Assert.ThrowsAsync<CausalTokenException>(async () => await real.Set.RentReadAsync(token, Stop)).Soon();
        Assert.Equal(CausalTokenProblem.AheadOfPrimary, refusal.Problem);
        Assert.Contains("lost in a failover", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<long> CountAsync(RealSet real, CausalToken token)
    {
        await using var connection = await real.Set.OpenReadConnectionAsync(token, Stop);
        return await ScalarAsync(connection, "SELECT count(*) FROM lab.notes");
    }

    private static async Task<long> ScalarAsync(DbConnection connection, string query)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
