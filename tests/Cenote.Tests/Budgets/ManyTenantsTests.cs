using System.Globalization;

namespace Cenote.Tests.Budgets;

/// <summary>
/// Many tenants on the stub driver. CENOTE_BUDGET_TENANTS and CENOTE_BUDGET_TENANT_LEASES set the size of the lab,
/// CENOTE_BUDGET_SIMULATION (8000) the tenants of the simulation, which then is longer.
/// </summary>
public sealed class ManyTenantsTests(ITestOutputHelper output)
{
    private const int Size = 20;
    private const int Workers = 3 * Size;
    private const int LongRun = 6_000;

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(50);

    private static int Tenants => BudgetLab.Read("CENOTE_BUDGET_TENANTS", 60);

    private static int Leases => BudgetLab.Read("CENOTE_BUDGET_TENANT_LEASES", 900);

    [Fact]
    public async Task Every_tenant_is_served_within_the_budget_under_an_uneven_load()
    {
        await using var test = new BudgetedPools(Size);
        var served = await RunAsync(test, static (random, tenants) => (int)(tenants * Math.Pow(random.NextDouble(), 4)));

        Assert.Equal(Leases / Workers * Workers, served.Sum());
        Assert.InRange(test.Server.PeakSessions, 1, Size);
        await test.Statistics(budget => budget.Connections == test.Server.Sessions);
    }

    [Fact]
    public async Task Tenants_with_equal_demand_are_served_equally()
    {
        await using var test = new BudgetedPools(Size);
        var crowd = new Crowd(Size);
        var pools = Enumerable.Range(0, Workers).Select(tenant => test[$"tenant {tenant}"]).ToArray();
        var served = new long[Workers];
        var left = Leases;
        var workers = Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var lease = await pools[worker].RentAsync();
                lease.Use();
                await crowd.HoldAsync();
                served[worker]++;
            }

            crowd.Disperse();
        })).ToArray();

        // None goes before all have come. Time passes, because a pool that is in doubt asks again at its next tick.
        var all = Task.WhenAll(workers);
        await test.Time.PassUntilAsync(() => test.Budget.GetStatistics().WaitingPools == Workers - Size, s_tick, () => $"{test.Budget}");
        crowd.Begin();
        await test.Time.PassUntilAsync(() => all.IsCompleted, s_tick, () => $"{test.Budget}");
        await all;

        var fairness = Math.Pow(served.Sum(), 2) / (Workers * served.Sum(static count => (double)count * count));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fairness {fairness:0.000}, {test.Budget}, {test.Budget.GetStatistics().Reclaimed} reclaimed"));

        // In a short run, one lease more or less counts.
        Assert.InRange(fairness, Leases >= LongRun ? 0.95 : 0.9, 1);
        Assert.InRange(test.Server.PeakSessions, 1, Size);
    }

    [Fact]
    public async Task A_simulated_day_of_tenants_stays_within_the_budget_and_serves_all()
    {
        var tenants = BudgetLab.Read("CENOTE_BUDGET_SIMULATION", 100);
        var isLab = tenants > 100;
        await using var simulation = new TenantSimulation(tenants, isLab ? 100 : 10);
        await simulation.RunAsync(TimeSpan.FromSeconds(isLab ? 60 : 1), requestsPerSecond: isLab ? 3_000 : 300);
        output.WriteLine($"{simulation}");

        Assert.Equal(simulation.Requests, simulation.Served);
        Assert.InRange(simulation.PeakSessions, 1, simulation.Budget.MaxConnections);
        await simulation.RestAsync();
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

    /// <summary>
    /// Holders of which the first goes when all connections are held. Without them, a run of leases that take no time
    /// ends before most pools have opened a connection.
    /// </summary>
    private sealed class Crowd(int size)
    {
        private readonly Queue<TaskCompletionSource> _holders = [];
        private bool _hasBegun;
        private bool _isOver;

        internal void Begin()
        {
            lock (_holders)
            {
                _hasBegun = true;
                ReleaseFirst();
            }
        }

        internal Task HoldAsync()
        {
            lock (_holders)
            {
                if (_isOver)
                {
                    return Task.CompletedTask;
                }

                var holder = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _holders.Enqueue(holder);
                ReleaseFirst();
                return holder.Task;
            }
        }

        private void ReleaseFirst()
        {
            if (_hasBegun && _holders.Count == size)
            {
                _holders.Dequeue().SetResult();
            }
        }

        /// <summary>Lets all go, once there is nothing left to do.</summary>
        internal void Disperse()
        {
            lock (_holders)
            {
                _isOver = true;
                while (_holders.TryDequeue(out var holder))
                {
                    holder.SetResult();
                }
            }
        }
    }
}
