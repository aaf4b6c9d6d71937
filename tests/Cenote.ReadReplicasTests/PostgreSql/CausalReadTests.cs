using System.Globalization;

using Cenote.ReadReplicasTests.Servers;
using static Cenote.ReadReplicasTests.Servers.CausalChecker;

namespace Cenote.ReadReplicasTests.PostgreSql;

public sealed class CausalReadTests : IAsyncLifetime
{
    private const int Clients = 12;

    // As many as the documentation says are read where this is set: ./test --fleet.
    private static readonly int Reads =
        int.TryParse(Environment.GetEnvironmentVariable("CENOTE_CAUSAL_READS"), CultureInfo.InvariantCulture, out var reads) ? reads : 20_000;

    private PostgreSqlLab _lab = null!;
    private RealSet _real = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await PostgreSqlLab.StartAsync(replicas: 2);
        await _lab.Primary.ExecuteAsync(
            "CREATE TABLE counters (client int PRIMARY KEY, n bigint NOT NULL)",
            $"INSERT INTO counters SELECT client, 0 FROM generate_series(0, {Clients - 1}) client",
            "GRANT ALL ON counters TO worker");
        _real = await RealSet.StartAsync(
            _lab.Servers.Select(PostgreSqlLab.NewProvider),
            static options =>
            {
                options.MaxReadsOnPrimary = Clients;
                options.TokenSigningKeys = [new byte[32]];
            },
            poolSize: Clients);
    }

    public async ValueTask DisposeAsync()
    {
        await _real.DisposeAsync();
        await _lab.DisposeAsync();
    }

    [Fact]
    public async Task No_read_with_a_token_is_stale_and_some_without_one_are()
    {
        // One replica is always a moment behind, by more than the other.
        await _lab.Servers[1].DelayReplayAsync(TimeSpan.FromMilliseconds(5));
        await _lab.Servers[2].DelayReplayAsync(TimeSpan.FromMilliseconds(40));

        var careless = new CausalChecker(_real.Set, "counters", readsAfterWrite: 10);
        await careless.RunAsync(2_000, [.. Enumerable.Repeat(Promise.None, Clients)]);
        Assert.True(careless.Stale > 0, "The replicas were never behind: the checker shows nothing.");

        var causal = new CausalChecker(_real.Set, "counters", readsAfterWrite: 40);
        var before = _real.Set.GetStatistics();
        await causal.RunAsync(Reads, [.. Enumerable.Range(0, Clients).Select(static client => client % 3 == 0 ? Promise.Scope : Promise.Token)]);
        var after = _real.Set.GetStatistics();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{causal.Reads} reads, {causal.Stale} stale; at once {after.CausalReadsImmediate}, after a wait {after.CausalReadsAfterWait}, on the primary {after.CausalReadsOnPrimary}; without tokens {careless.Reads} reads, {careless.Stale} stale");
        Assert.True(causal.Reads >= Reads);
        Assert.Equal(0, causal.Stale);
        Assert.True(after.CausalReadsImmediate > before.CausalReadsImmediate && after.CausalReadsAfterWait > before.CausalReadsAfterWait);
        Assert.Equal(causal.Reads, after.CausalReadsImmediate + after.CausalReadsAfterWait + after.CausalReadsOnPrimary);
    }
}
