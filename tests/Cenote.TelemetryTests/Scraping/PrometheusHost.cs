using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace Cenote.TelemetryTests.Scraping;

/// <summary>An application whose pools Prometheus scrapes: the page that it serves, over HTTP.</summary>
public sealed class PrometheusHost : IAsyncLifetime
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new();

    public PrometheusHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(PoolTelemetry.MeterName)
            .AddPrometheusExporter(options => options.ScrapeResponseCacheDurationMilliseconds = 0));
        _app = builder.Build();
        _app.MapPrometheusScrapingEndpoint();
    }

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Urls.Single());
    }

    internal async Task<Scrape> ScrapeAsync() => new(await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

    /// <summary>The first scrape that is so.</summary>
    internal async Task<Scrape> ScrapeUntilAsync(Func<Scrape, bool> holds, string what)
    {
        var scrape = await ScrapeAsync();
        await Patience.SoonAsync(
            async () =>
            {
                scrape = await ScrapeAsync();
                return holds(scrape);
            },
            () => $"{what}\n{scrape.Text}");
        return scrape;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }
}
