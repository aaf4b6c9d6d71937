using Cenote.FaultTests.Clients;
using Cenote.TestServers.Proxy;

namespace Cenote.FaultTests.Scenarios;

/// <summary>
/// Runs one scenario on one server with one crowd: before, during and after the fault, and then at rest.
/// </summary>
internal static class ScenarioRun
{
    private const int OperationsBefore = 5;

    internal static async Task<ScenarioResult> OnCenoteAsync(DatabaseServer server, Scenario scenario, TimeSpan deadline, PgBouncer? bouncer = null)
    {
        UnobservedWatch.Start();
        await using var proxy = new FaultProxy(bouncer?.Port ?? server.Port, server.IsRequest);
        var vault = new Vault(server.Password);
        await using var pool = LabPools.NewPool(server, proxy.Port, vault, deadline);
        await using var watch = new PoolWatch(pool.Pool);
        await using var crowd = new Crowd(pool, server.Work);
        await using var incident = new Incident(pool, crowd) { Server = server, Proxy = proxy, Vault = vault, Bouncer = bouncer! };
        var problems = await RunAsync(scenario, incident);
        problems.AddRange(await watch.StopAsync());
        var lost = await RestCheck.RunAsync(pool.Pool, server, problems);
        await pool.DisposeAsync();
        if (!await Patience.UntilAsync(async () => (await server.SessionsAsync()).Count == 0, Patience.Limit))
        {
            problems.Add("Sessions outlived the disposed pool.");
        }

        problems.AddRange(UnobservedWatch.Take().Select(static text => "Unobserved: " + text));
        return Evaluate(scenario, incident, server.Name, "Cenote", lost, problems);
    }

    internal static async Task<ScenarioResult> OnSqliteAsync(Scenario scenario, TimeSpan deadline)
    {
        UnobservedWatch.Start();
        using var file = await SqliteFile.CreateAsync();
        await using var pool = LabPools.NewSqlitePool(file, deadline);
        await using var watch = new PoolWatch(pool.Pool);
        await using var crowd = new Crowd(pool, SqliteFile.Work);
        await using var incident = new Incident(pool, crowd) { File = file };
        var problems = await RunAsync(scenario, incident);
        problems.AddRange(await watch.StopAsync());
        var lost = await RestCheck.RunAsync(pool.Pool, server: null, problems);
        await pool.DisposeAsync();
        problems.AddRange(UnobservedWatch.Take().Select(static text => "Unobserved: " + text));
        return Evaluate(scenario, incident, "SQLite", "Cenote", lost, problems);
    }

    /// <summary>The same fault on a driver's own pool, to compare. Nothing is asked of it but numbers.</summary>
    internal static async Task<ScenarioResult> OnDriverAsync(DatabaseServer server, Scenario scenario, TimeSpan deadline)
    {
        await using var proxy = new FaultProxy(server.Port, server.IsRequest);
        await using var pool = LabPools.NewDriverPool(server, proxy.Port, deadline);
        await using var crowd = new Crowd(pool, server.Work);
        await using var incident = new Incident(pool, crowd) { Server = server, Proxy = proxy };
        var problems = await RunAsync(scenario, incident);
        return Evaluate(scenario, incident, server.Name, pool.Name, lost: 0, problems);
    }

    private static async Task<List<string>> RunAsync(Scenario scenario, Incident incident)
    {
        var crowd = incident.Crowd;
        crowd.Ledger.Mark();
        crowd.Start();
        await Patience.SoonAsync(() => crowd.Ledger.EachServed(OperationsBefore), "every client is served before the fault");
        await Episode.RunAsync([scenario], incident);
        await crowd.StopAsync();
        return incident.Problems;
    }

    private static ScenarioResult Evaluate(Scenario scenario, Incident incident, string database, string pool, int lost, List<string> problems)
    {
        var clients = incident.Crowd.Ledger.Summarize();
        var doubled = incident.Crowd.Holders.Doubled;
        if (clients.Late > 0)
        {
            problems.Add($"A caller waited {clients.LongestBeyond.TotalMilliseconds:F0} ms longer than its deadline: {clients.Longest!.Style}, {clients.Longest.Error ?? "served"}.");
        }

        if (doubled > 0)
        {
            problems.Add($"{doubled} times a connection had two holders.");
        }

        problems.AddRange(clients.Unclear.Select(static text => "Not a clear exception: " + text));
        return new ScenarioResult(scenario.Name, database, pool, clients, doubled, lost, problems);
    }
}
