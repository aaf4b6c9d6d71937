using System.Globalization;
using System.Text;

namespace Cenote.ProviderTests.WhenDirty;

/// <summary>
/// Leases of random clean and dirty statements, on real servers: after each of them the next session shows nothing that
/// a fresh one does not show. The lab runs 100,000 rounds (<c>CENOTE_LEAK_ROUNDS=100000</c>).
/// </summary>
public sealed class SessionLeakTests
{
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("CENOTE_LEAK_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 40;

    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable("CENOTE_LEAK_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : Environment.TickCount;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SessionReset.ByDriver, "")]
    [InlineData(SessionReset.ByPool, "")]
    [InlineData(SessionReset.ByDriver, ";Options=-c standard_conforming_strings=off")]
    public async Task No_lease_leaves_anything_in_a_session_of_PostgreSQL(SessionReset reset, string settings)
    {
        await using var world = await PostgreSqlWorld.CreateAsync(reset, settings);
        await RunAsync(world);
    }

    [Theory]
    [InlineData("")]
    [InlineData(";Pipelining=false")]
    public async Task No_lease_leaves_anything_in_a_session_of_MariaDB(string settings)
    {
        await using var world = await MariaDbWorld.CreateAsync(settings);
        await RunAsync(world);
    }

    private static async Task RunAsync(LeakWorld world)
    {
        string fresh;
        await using (var pool = world.NewPool())
        await using (var connection = await pool.OpenConnectionAsync(Token))
        {
            fresh = await world.ObserveAsync(connection);
        }

        await using var tested = world.NewPool();
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            var log = new StringBuilder();
            await new LeakLease(world, random, log).RunAsync(tested, Token);
            await using var next = await tested.OpenConnectionAsync(Token);
            var seen = await world.ObserveAsync(next);
            if (random.Next(4) == 0)
            {
                seen += await world.ObserveDirtilyAsync(next);
                Assert.True(seen == fresh + world.NothingPrepared, Describe(round, log, fresh + world.NothingPrepared, seen));
            }

            Assert.True(seen.StartsWith(fresh, StringComparison.Ordinal), Describe(round, log, fresh, seen));
        }

        var statistics = tested.GetStatistics();
        TestContext.Current.SendDiagnosticMessage($"seed {Seed}, {Rounds} rounds: {statistics.ResetsStarted} resets, {statistics.ResetsSaved} saved, {statistics.ConnectionsOpened} connections, 0 differences");
        Assert.InRange(statistics.ResetsStarted, Rounds / 10, 2 * Rounds);
        Assert.True(!world.SavesResets || statistics.ResetsSaved > Rounds / 4, $"{statistics.ResetsSaved} resets of {Rounds} rounds were saved.");
    }

    private static string Describe(int round, StringBuilder log, string fresh, string seen)
    {
        string[] before = fresh.Split(' ', '\n'), after = seen.Split(' ', '\n');
        return $"Seed {Seed}, round {round}, left by\n{log}\nonly fresh: {string.Join(' ', before.Except(after, StringComparer.Ordinal))}\nonly seen: {string.Join(' ', after.Except(before, StringComparer.Ordinal))}\nseen: ...{seen[^Math.Min(300, seen.Length)..]}";
    }
}
