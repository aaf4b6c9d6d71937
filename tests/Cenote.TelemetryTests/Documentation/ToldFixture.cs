using Cenote.TelemetryTests.Metrics;
using Cenote.TelemetryTests.Scraping;

namespace Cenote.TelemetryTests.Documentation;

/// <summary>
/// A scrape of an application with a pool and a replica set that have something to tell by every instrument.
/// </summary>
public sealed class ToldFixture : IAsyncLifetime
{
    private readonly PrometheusHost _host = new();

    internal Scrape Scrape { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        await using var pool = await StubPool.UsedAsync(static options => options.Lanes = [new() { Name = "interactive" }]);
        await using var set = await StubSet.CreateAsync();
        Scrape = await _host.ScrapeAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
