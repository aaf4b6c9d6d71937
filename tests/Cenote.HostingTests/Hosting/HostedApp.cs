using Cenote.Providers;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Cenote.HostingTests.Hosting;

/// <summary>A real web application on Kestrel, with a registry of pools, warm-up, drain and health checks.</summary>
internal sealed class HostedApp : IAsyncDisposable
{
    private HostedApp(WebApplication app, LogWatch log)
    {
        App = app;
        Log = log;
    }

    public WebApplication App { get; }

    public LogWatch Log { get; }

    public HttpClient Client { get; } = new() { Timeout = Patience.Limit };

    public PoolRegistry Registry => App.Services.GetRequiredService<PoolRegistry>();

    public ConnectionPool Pool => Registry["orders"];

    public Uri Address => new(App.Urls.Single());

    /// <summary>An application that is not started.</summary>
    /// <param name="createProvider">The database of its pool, "orders".</param>
    /// <param name="pool">The pool's settings: 2 to 4 connections unless changed.</param>
    /// <param name="hosting">How it starts and stops.</param>
    /// <param name="services">More services, added before those of Cenote.</param>
    /// <param name="lateServices">More services, added after those of Cenote.</param>
    /// <param name="port">Where it listens; 0 for anywhere.</param>
    public static HostedApp Create(
        Func<DatabaseProvider> createProvider,
        Action<ConnectionPoolOptions>? pool = null,
        Action<PoolHostingOptions>? hosting = null,
        Action<IServiceCollection>? services = null,
        Action<IServiceCollection>? lateServices = null,
        int port = 0)
    {
        var log = new LogWatch("Cenote.Hosting");
        var builder = WebApplication.CreateSlimBuilder();

        // Settings in files and the environment must not influence a test.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders().AddProvider(log);
        services?.Invoke(builder.Services);
        builder.Services.AddConnectionPool("orders", orders => orders.UseProvider(createProvider()).WithSize(2, 4).Configure(options => pool?.Invoke(options)));
        builder.Services.AddConnectionPoolHosting(hosting);
        builder.Services.AddHealthChecks().AddConnectionPools().AddConnectionPool("orders");
        lateServices?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapHealthChecks("/live", new HealthCheckOptions { Predicate = static check => check.Tags.Contains("live"), ResponseWriter = WriteAsync });
        app.MapHealthChecks("/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains("ready"), ResponseWriter = WriteAsync });
        return new HostedApp(app, log);
    }

    public async Task<HostedApp> StartAsync()
    {
        await App.StartAsync().Soon();
        return this;
    }

    /// <summary>Status code and text of a health endpoint: one line a check.</summary>
    public async Task<(int Status, string Text)> AskAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(Address, path));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync().Soon();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsync(string.Join('\n', report.Entries.Select(static entry => $"{entry.Key}: {entry.Value.Status}: {entry.Value.Description}")));
}
