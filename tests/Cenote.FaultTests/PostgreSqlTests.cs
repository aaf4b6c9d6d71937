using Cenote.FaultTests.Scenarios;

namespace Cenote.FaultTests;

public sealed class PostgreSqlTests : IClassFixture<PostgreSqlTests.Lab>
{
    private readonly Lab _lab;

    public PostgreSqlTests(Lab lab) => _lab = lab;

    public static TheoryData<string> Scenarios => Catalogue.Names;

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_promise_holds(string scenario) => await _lab.HoldsAsync(scenario);

    public sealed class Lab : ServerLab
    {
        private protected override async Task<DatabaseServer> StartNewAsync() => await PostgreSqlServer.StartNewAsync();
    }
}
