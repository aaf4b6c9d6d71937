namespace Cenote.FaultTests.Scenarios;

/// <summary>Every scenario of a database server, by name.</summary>
internal static class Catalogue
{
    internal static readonly IReadOnlyList<Scenario> All = [.. NetworkScenarios.All, .. ServerScenarios.All];

    public static TheoryData<string> Names => [.. All.Select(static scenario => scenario.Name)];

    internal static Scenario Get(string name) => All.First(scenario => string.Equals(scenario.Name, name, StringComparison.Ordinal));
}
