using Cenote;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Snippets;

internal static class Monitoring
{
    internal static WebApplication Usage(WebApplicationBuilder builder)
    {
        #region wiring
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(PoolTelemetry.MeterName)
                .AddPrometheusExporter())
            .WithTracing(tracing => tracing
                .AddSource(PoolTelemetry.ActivitySourceName)
                .AddSource("Npgsql"));                      // the driver's own spans, for its statements

        var app = builder.Build();
        app.MapPrometheusScrapingEndpoint();
        #endregion
        return app;
    }

    internal static void View(MeterProviderBuilder metrics)
    {
        #region view
        metrics.AddView("db.client.connection.wait_time", new Base2ExponentialBucketHistogramConfiguration());
        #endregion
    }
}
