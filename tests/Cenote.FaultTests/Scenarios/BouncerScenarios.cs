namespace Cenote.FaultTests.Scenarios;

/// <summary>What happens to a server behind a PgBouncer, to the network before it, and to itself.</summary>
internal static class BouncerScenarios
{
    internal static readonly IReadOnlyList<Scenario> All =
    [
        new("kill -9 of the PgBouncer, and restart", static incident => incident.Bouncer.KillAsync(), static incident => incident.Bouncer.StartAsync()),

        // A login waits for the server, or succeeds from memory, so refusals are few.
        Catalogue.Get("kill -9 of the server, and restart") with { IsFelt = static incident => incident.Refusals >= 2 },
        Catalogue.Get("idle sessions ended by the administrator"),
        Catalogue.Get("busy sessions ended by the administrator"),
        Catalogue.Get("sessions ended in mid-transaction"),
        Catalogue.Get("silence in the middle of a query"),
        Catalogue.Get("connections reset (RST)"),
    ];

    public static TheoryData<string> Names => [.. All.Select(static scenario => scenario.Name)];

    internal static Scenario Get(string name) => All.First(scenario => string.Equals(scenario.Name, name, StringComparison.Ordinal));
}
