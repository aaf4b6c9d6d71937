using System.Globalization;
using Cenote.FaultTests.Clients;
using Cenote.FaultTests.Scenarios;
using Cenote.TestServers.Proxy;

namespace Cenote.FaultTests.Soak;

/// <summary>One pool, its server, its clients, and one fault after the other.</summary>
internal sealed class SoakedPool : IAsyncDisposable
{
    private const int RoundsBetweenRests = 5;

    private readonly DatabaseServer _server;
    private readonly FaultProxy _proxy;
    private readonly Vault _vault;
    private readonly CenotePool _pool;
    private readonly PoolWatch _watch;
    private readonly Crowd _crowd;
    private readonly FaultChoice _choice;
    private readonly List<string> _problems = [];
    private readonly List<string> _recent = [];
    private readonly SortedDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private TimeSpan _slowestRecovery;
    private int _rests;

    private SoakedPool(DatabaseServer server, int seed)
    {
        _server = server;
        _proxy = new FaultProxy(server.Port, server.IsRequest);
        _vault = new Vault(server.Password);
        _pool = LabPools.NewPool(server, _proxy.Port, _vault, Promise.Deadline);
        _watch = new PoolWatch(_pool.Pool);
        _crowd = new Crowd(_pool, server.Work);
        _choice = new FaultChoice(seed);
    }

    internal int Rounds { get; private set; }

    internal int ProblemCount { get; private set; }

    internal static async Task<SoakedPool> StartAsync(DatabaseServer server, int seed)
    {
        var pool = new SoakedPool(server, seed);
        pool._crowd.Ledger.Mark();
        pool._crowd.Start();
        await Patience.SoonAsync(() => pool._crowd.Ledger.EachServed(1), "every client is served before the first fault");
        return pool;
    }

    /// <summary>
    /// Ends early when a client hangs or the server is lost for good: what comes after that shows nothing.
    /// </summary>
    internal async Task RunAsync(Func<bool> goesOn)
    {
        while (goesOn())
        {
            var faults = _choice.Next();
            var name = string.Join(" + ", faults);
            _faults[name] = _faults.GetValueOrDefault(name) + 1;
            _recent.Add(name);
            Rounds++;
            try
            {
                await RunRoundAsync(faults, name);
                if (Rounds % RoundsBetweenRests == 0)
                {
                    await RestAsync();
                }
            }
            catch (Exception exception)
            {
                Note(name, exception.ToString());
                return;
            }
        }
    }

    internal async Task FinishAsync()
    {
        try
        {
            await RestAsync(goesOn: false);
            foreach (var problem in await _watch.StopAsync())
            {
                Note("all the time", problem);
            }

            await _pool.DisposeAsync();
            if (!await Patience.UntilAsync(async () => (await _server.SessionsAsync()).Count == 0, Patience.Limit))
            {
                Note("the end", "Sessions outlived the disposed pool.");
            }
        }
        catch (Exception exception)
        {
            Note("the end", exception.ToString());
        }

        Evaluate();
    }

    internal string Line()
    {
        var clients = _crowd.Ledger.Summarize();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_server.Name} {Rounds} faults, {clients.Served} served, {clients.Errors.Values.Sum()} failed, longest beyond the deadline {clients.LongestBeyond.TotalMilliseconds:F0} ms, slowest recovery {_slowestRecovery.TotalMilliseconds:F0} ms, doubled {_crowd.Holders.Doubled}, {_rests} times at rest, problems {ProblemCount}");
    }

    internal string Report()
    {
        var lines = new List<string> { Line() };
        lines.AddRange(_crowd.Ledger.Summarize().Errors.Select(static error => $"  {error.Value,8} x {error.Key}"));
        lines.AddRange(_faults.Select(static fault => $"  {fault.Value,8} times {fault.Key}"));
        lines.AddRange(_problems.Select(static problem => "  PROBLEM " + problem));
        return string.Join(Environment.NewLine, lines);
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        await _pool.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task RunRoundAsync(IReadOnlyList<Scenario> faults, string name)
    {
        await using var incident = new Incident(_pool, _crowd) { Server = _server, Proxy = _proxy, Vault = _vault };
        await Episode.RunAsync(faults, incident);
        var recovery = _crowd.Ledger.Summarize().Recovery ?? TimeSpan.Zero;
        _slowestRecovery = recovery > _slowestRecovery ? recovery : _slowestRecovery;
        incident.Problems.ForEach(problem => Note(name, problem));
    }

    /// <summary>Lets everybody stop for a moment, and counts.</summary>
    private async Task RestAsync(bool goesOn = true)
    {
        await _crowd.StopAsync();
        List<string> problems = [];
        await RestCheck.RunAsync(_pool.Pool, _server, problems);
        problems.ForEach(problem => Note($"at rest after {string.Join(", ", _recent)}", problem));
        _recent.Clear();
        _rests++;
        if (goesOn)
        {
            _crowd.Ledger.Mark();
            _crowd.Start();
        }
    }

    private void Evaluate()
    {
        var clients = _crowd.Ledger.Summarize();
        if (clients.Late > 0)
        {
            Note("all the time", $"{clients.Late} callers waited longer than deadline and slack; the longest {clients.LongestBeyond.TotalMilliseconds:F0} ms beyond.");
        }

        if (_crowd.Holders.Doubled > 0)
        {
            Note("all the time", $"{_crowd.Holders.Doubled} times a connection had two holders.");
        }

        foreach (var text in clients.Unclear)
        {
            Note("all the time", "Not a clear exception: " + text);
        }
    }

    private void Note(string when, string problem)
    {
        ProblemCount++;
        var text = $"{_server.Name}, fault {Rounds} ({when}): {problem}";
        Console.WriteLine("PROBLEM " + text);
        if (_problems.Count < 50)
        {
            _problems.Add(text);
        }
    }
}
