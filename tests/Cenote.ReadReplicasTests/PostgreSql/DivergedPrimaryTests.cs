namespace Cenote.ReadReplicasTests.PostgreSql;

/// <summary>
/// A primary that was replaced and comes back as a replica, with rows that the new primary never received.
/// </summary>
public sealed class DivergedPrimaryTests
{
    [Fact]
    public async Task A_diverged_former_primary_gets_no_reads_until_it_is_rewound()
    {
        await using var lab = await PostgreSqlLab.StartAsync(replicas: 1);
        var (former, promoted) = (lab.Primary, lab.Replica);
        await promoted.KillAsync();
        await former.ExecuteAsync("INSERT INTO notes SELECT generate_series(1, 1000)");
        await former.KillAsync();
        await promoted.StartAsync();
        await promoted.PromoteAsync();
        await former.ReturnAsItIsAsync(promoted);

        // It has given up trying to follow: until then it does not tell an ordinary user its timeline.
        await using var provider = new PostgreSqlProvider(PostgreSqlLab.ConnectionString(former));
        Assert.True(await Patience.UntilAsync(async () => (await PostgreSqlLab.ReadStatusAsync(provider, former)).Timeline == 1, Patience.Limit));

        await using (var set = Build(former, promoted))
        {
            await set.ProbeAsync(Stop);
            await set.ProbeAsync(Stop);

            Assert.Equal("promoted", set.Primary?.Name);
            Assert.Equal(0, await CountAsync(set));
            Assert.Equal((ServerRole.Replica, ReplicaSetServerState.Lagging), (set.Servers[0].Role, set.Servers[0].State));
            Assert.Contains("promotion", set.Servers[0].Reason, StringComparison.Ordinal);
            Assert.Equal(1, set.GetStatistics().ReadsOnPrimary);
        }

        // In order: pg_rewind cannot recover a replica that crashed.
        await former.StopAsync();
        await former.RejoinAsync(promoted);
        await using (var set = Build(former, promoted))
        {
            Assert.True(await Patience.UntilAsync(
                async () =>
                {
                    await promoted.ExecuteAsync("SELECT pg_logical_emit_message(false, 'lab', 'something to follow')");
                    await set.ProbeAsync(Stop);
                    return set.Servers[0].State == ReplicaSetServerState.Serving;
                },
                Patience.Limit));
            Assert.Equal(0, await CountAsync(set));
            Assert.Equal(0, set.GetStatistics().ReadsOnPrimary);
        }
    }

    private static ReplicaSet Build(PostgreSqlServer former, PostgreSqlServer promoted) => new ReplicaSetBuilder("diverged")
        .AddPrimary("former", pool => pool.UseProvider(new PostgreSqlProvider(PostgreSqlLab.ConnectionString(former))).WithSize(1, 2))
        .AddReplica("promoted", pool => pool.UseProvider(new PostgreSqlProvider(PostgreSqlLab.ConnectionString(promoted))).WithSize(1, 2))

        // A busy machine is not a dead server.
        .Configure(static options => (options.ProbeTimeout, options.PrimaryTimeout) = (TimeSpan.FromMinutes(1), Patience.Limit))
        .Build();

    private static async Task<long> CountAsync(ReplicaSet set)
    {
        await using var connection = await set.OpenReadConnectionAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM notes";
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
