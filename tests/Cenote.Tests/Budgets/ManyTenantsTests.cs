using System.Globalization;

namespace Cenote.Tests.Budgets;

/// <summary>
/// Many tenants on the stub driver. CENOTE_BUDGET_TENANTS and CENOTE_BUDGET_TENANT_LEASES set the size of the lab.
/// </summary>
public sealed class ManyTenantsTests(ITestOutputHelper output)
{
    private const int Size = 20;
    private const int Workers = 3 * Size;

    private static int Tenants => Read("CENOTE_BUDGET_TENANTS", 400);

    private static int Leases => Read("CENOTE_BUDGET_TENANT_LEASES", 6_000);

    [Fact]
    public async Task Every_tenant_is_served_within_the_budget_under_an_uneven_load()
    {
        await using var test = new BudgetedPools(Size);
        var served = await RunAsync(test, static (random, tenants) => (int)(tenants * Math.Pow(random.NextDouble(), 4)));

        Assert.Equal(Leases / Workers * Workers, served.Sum());
        Assert.InRange(test.Server.PeakSessions, 1, Size);
        Assert.Equal(test.Server.Sessions, test.Budget.GetStatistics().Connections);
    }

    [Fact]
    public async Task Tenants_with_equal_demand_are_served_equally()
    {
        await using var test = new BudgetedPools(Size);
        var pools = Enumerable.Range(0, Workers).Select(tenant => test[$"tenant {tenant}"]).ToArray();
        var served = new long[Workers];
        var left = Leases;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var lease = await pools[worker].RentAsync();
                lease.Use();
                await Task.Yield();
                served[worker]++;
            }
        })));

        var fairness = Math.Pow(served.Sum(), 2) / (Workers * served.Sum(static count => (double)count * count));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fairness {fairness:0.000}, {test.Budget}, {test.Budget.GetStatistics().Reclaimed} reclaimed"));
        Assert.InRange(fairness, 0.95, 1);
        Assert.InRange(test.Server.PeakSessions, 1, Size);
    }

    private async Task<long[]> RunAsync(BudgetedPools test, Func<Random, int, int> choose)
    {
        var pools = Enumerable.Range(0, Tenants).Select(tenant => test[$"tenant {tenant}"]).ToArray();
        var served = new long[Tenants];
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < Leases / Workers; i++)
            {
                var tenant = choose(random, Tenants);
                using var lease = await pools[tenant].RentAsync();
                lease.Use();
                await Task.Yield();
                Interlocked.Increment(ref served[tenant]);
            }
        }))).Soon();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Tenants} tenants, {served.Count(static count => count > 0)} served, {served.Sum()} leases; most sessions {test.Server.PeakSessions}; {test.Budget}, {test.Budget.GetStatistics().Reclaimed} reclaimed"));
        return served;
    }

    private static int Read(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : standard;
}
