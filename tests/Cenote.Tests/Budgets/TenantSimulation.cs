using System.Globalization;

namespace Cenote.Tests.Budgets;

/// <summary>
/// A day of many tenants in fake time: requests that arrive at random, most of them for few tenants. Opens take 5 ms,
/// requests 20 ms.
/// </summary>
internal sealed class TenantSimulation : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan OpenTime = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan UseTime = TimeSpan.FromMilliseconds(20);

    private readonly BudgetedPools _test;
    private readonly ConnectionPool[] _pools;
    private readonly double[] _upTo;
    private readonly long[] _served;
    private readonly List<TimeSpan> _waits = [];
    private readonly List<Task> _requests = [];
    private readonly Random _random = new(1);

    internal TenantSimulation(int tenants, int budget)
    {
        _test = new BudgetedPools(budget);
        _pools = [.. Enumerable.Range(0, tenants).Select(tenant => _test.Add($"tenant {tenant}", options => options.MaxIdleTime = TimeSpan.FromSeconds(10)))];
        foreach (var pool in _pools)
        {
            ((StubProvider)pool.Provider).StubDatabase.Script = new SlowOpens(_test);
        }

        _served = new long[tenants];
        var sum = 0.0;
        _upTo = [.. Enumerable.Range(1, tenants).Select(rank => sum += 1.0 / rank)];
    }

    internal ConnectionBudget Budget => _test.Budget;

    internal int Sessions => _test.Server.Sessions;

    internal int PeakSessions => _test.Server.PeakSessions;

    internal int Requests => _requests.Count;

    internal long Served => _served.Sum();

    internal int TenantsServed => _served.Count(static served => served > 0);

    internal TimeSpan LongestWait => _waits.Max();

    internal TimeSpan GetWait(double part) => _waits.Order().ElementAt((int)((_waits.Count - 1) * part));

    /// <summary>Lets requests arrive for so long, and waits until all are served.</summary>
    internal async Task RunAsync(TimeSpan duration, double requestsPerSecond)
    {
        var now = TimeSpan.Zero;
        for (var next = TimeSpan.Zero; now < duration; now += Step)
        {
            for (; next <= now; next += TimeSpan.FromSeconds(-Math.Log(1 - _random.NextDouble()) / requestsPerSecond))
            {
                _requests.Add(ServeAsync(ChooseTenant()));
            }

            await _test.Time.StepAsync(Step);
        }

        var all = Task.WhenAll(_requests);
        await _test.Time.PassUntilAsync(() => all.IsCompleted, Step, () => $"{Budget}");
        await all;
    }

    /// <summary>Lets time pass without requests until no connection is left.</summary>
    internal Task RestAsync() => _test.Time.PassUntilAsync(() => Sessions + Budget.GetStatistics().Connections == 0, TimeSpan.FromSeconds(1), () => $"{Budget}");

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_pools.Length} tenants, {TenantsServed} of them with {Requests} requests; most sessions {PeakSessions} of {Budget.MaxConnections}; waits p50 {GetWait(0.5).TotalMilliseconds:0} ms, p99 {GetWait(0.99).TotalMilliseconds:0} ms, longest {LongestWait.TotalMilliseconds:0} ms; {Budget.GetStatistics().Reclaimed} connections made room, {Budget.GetStatistics().Waits} waits of pools");

    private async Task ServeAsync(int tenant)
    {
        var asked = _test.Time.GetUtcNow();
        using var lease = await _pools[tenant].RentAsync();
        lock (_waits)
        {
            _waits.Add(_test.Time.GetUtcNow() - asked);
        }

        await Task.Delay(UseTime, _test.Time);
        Interlocked.Increment(ref _served[tenant]);
    }

    /// <summary>Returns the first tenant twice as often as the second, three times as often as the third.</summary>
    private int ChooseTenant()
    {
        var found = Array.BinarySearch(_upTo, _random.NextDouble() * _upTo[^1]);
        return Math.Min(found < 0 ? ~found : found, _upTo.Length - 1);
    }

    private sealed class SlowOpens(BudgetedPools test) : StubScript
    {
        public override StubStep? Next(StubCall call, int number) => call == StubCall.Open ? StubStep.Take(OpenTime, test.Time) : null;
    }
}
