using Cenote.FaultTests.Scenarios;

namespace Cenote.FaultTests;

public sealed class SqliteTests
{
    public static TheoryData<string> Scenarios => SqliteScenarios.Names;

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_promise_holds(string scenario)
    {
        var result = await ScenarioRun.OnSqliteAsync(SqliteScenarios.All.First(one => string.Equals(one.Name, scenario, StringComparison.Ordinal)), Promise.Deadline);
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        Assert.True(result.Problems.Count == 0, result.ToString());
    }
}
