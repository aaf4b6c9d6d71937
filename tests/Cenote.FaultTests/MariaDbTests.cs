using Cenote.FaultTests.Scenarios;

namespace Cenote.FaultTests;

public sealed class MariaDbTests : IClassFixture<MariaDbTests.Lab>
{
    private readonly Lab _lab;

    public MariaDbTests(Lab lab) => _lab = lab;

    public static TheoryData<string> Scenarios => Catalogue.Names;

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_promise_holds(string scenario) => await _lab.HoldsAsync(scenario);

    public sealed class Lab : ServerLab
    {
        private protected override async Task<DatabaseServer> StartNewAsync() => await MariaDbServer.StartNewAsync();
    }
}
