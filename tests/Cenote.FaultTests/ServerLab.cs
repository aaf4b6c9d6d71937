using Cenote.FaultTests.Scenarios;

namespace Cenote.FaultTests;

/// <summary>A server for all tests of one database. They come one after the other, since each may kill it.</summary>
public abstract class ServerLab : IAsyncLifetime
{
    private DatabaseServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal async Task HoldsAsync(string scenario)
    {
        var result = await ScenarioRun.OnCenoteAsync(_server, Catalogue.Get(scenario), Promise.Deadline);
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        Assert.True(result.Problems.Count == 0, result.ToString());
    }

    private protected abstract Task<DatabaseServer> StartNewAsync();
}
