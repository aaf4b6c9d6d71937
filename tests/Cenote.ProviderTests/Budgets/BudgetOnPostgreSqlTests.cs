using System.Diagnostics;
using System.Globalization;

namespace Cenote.ProviderTests.Budgets;

/// <summary>
/// A budget on a real server. The sizes of the lab: CENOTE_BUDGET_POOLS, CENOTE_BUDGET_SIZE, CENOTE_BUDGET_LEASES.
/// </summary>
public sealed class BudgetOnPostgreSqlTests(ITestOutputHelper output)
{
    private const int LongRun = 5_000;

    [Fact]
    public async Task The_server_never_has_more_connections_under_an_uneven_load()
    {
        var (pools, size, leases) = (Read("CENOTE_BUDGET_POOLS", 30), Read("CENOTE_BUDGET_SIZE", 8), Read("CENOTE_BUDGET_LEASES", 300));
        await using var tenants = new Tenants(pools, size, maxIdleTime: TimeSpan.FromSeconds(1));
        var asked = new bool[tenants.Count];
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, size * 3).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < leases / (size * 3); i++)
            {
                var tenant = Zipf(random, tenants.Count);
                asked[tenant] = true;
                await tenants.ServeAsync(tenant, "SELECT 1");
            }
        })));
        Report(tenants, Stopwatch.GetElapsedTime(started));

        Assert.InRange(tenants.Most, 1, size);
        Assert.Equal(asked, tenants.Served.Select(static served => served > 0));

        // A tenant that does nothing costs no connection.
        await Patience.SoonAsync(async () => await tenants.CountAtServerAsync() == 0);

        // The server's process ends a moment before the driver's close returns.
        await Patience.SoonAsync(() => new ValueTask<bool>(tenants.Budget.GetStatistics().Connections == 0), () => tenants.Budget.ToString());
    }

    [Fact]
    public async Task Pools_with_equal_demand_are_served_equally()
    {
        var (pools, size) = (Read("CENOTE_BUDGET_POOLS", 12), Read("CENOTE_BUDGET_SIZE", 4));
        await using var tenants = new Tenants(pools, size, maxIdleTime: TimeSpan.FromMinutes(1));
        var leases = Read("CENOTE_BUDGET_LEASES", 300);
        var left = leases;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, tenants.Count * 2).Select(worker => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await tenants.ServeAsync(worker % tenants.Count, "SELECT pg_sleep(0.01)");
            }
        })));
        Report(tenants, Stopwatch.GetElapsedTime(started));

        Assert.InRange(tenants.Most, 1, size);
        Assert.DoesNotContain(0, tenants.Served);

        // A short run has few turns, which are longer where opens are slow.
        Assert.InRange(tenants.GetFairness(), leases >= LongRun ? 0.95 : 0.5, 1);
    }

    /// <summary>
    /// Returns a tenant: the first is asked for twice as often as the second, three times as often as the third.
    /// </summary>
    private static int Zipf(Random random, int count)
    {
        var sum = Enumerable.Range(1, count).Sum(static rank => 1.0 / rank);
        var point = random.NextDouble() * sum;
        for (var rank = 1; ; rank++)
        {
            point -= 1.0 / rank;
            if (point <= 0 || rank == count)
            {
                return rank - 1;
            }
        }
    }

    private void Report(Tenants tenants, TimeSpan elapsed) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{tenants.Count} pools, {tenants.Served.Sum()} leases in {elapsed.TotalSeconds:0.0} s; most at the server {tenants.Most} ({tenants.Samples} samples, {tenants.Ending} while one was ending); longest wait {tenants.LongestWait.TotalSeconds:0.00} s; fairness {tenants.GetFairness():0.000}; {tenants.Budget}, {tenants.Budget.GetStatistics().Reclaimed} reclaimed"));

    private static int Read(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : standard;
}
