using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cenote.SecretsTests;

/// <summary>
/// Runs an application on one connection string, whose database cannot be reached, and shows a witness all that comes
/// out.
/// </summary>
internal static class Outputs
{
    private static readonly string[] Pages =
    [
        "/pools", "/pools/api/session", "/pools/api/overview", "/pools/api/pool?name=", "/pools/api/history?seconds=60&pool=", "/pools/api/snapshot", "/health",
    ];

    /// <returns>Whether the provider accepted the connection string.</returns>
    public static async Task<bool> ShowAsync(Witness witness, Form form, string connectionString)
    {
        DatabaseProvider provider;
        try
        {
            provider = form.Create(connectionString);
        }
        catch (ArgumentException exception)
        {
            witness.See("construction", exception);
            await ShowContainerAsync(witness, form, connectionString);
            return false;
        }

        witness.See("provider", (object)$"{provider} {provider.ConnectionString} {provider.DataSource} {provider.Database} {provider.DatabaseSystem}");
        using var logging = NewLogging(witness);
        ConnectionPool pool;
        try
        {
            pool = new ConnectionPool(provider, Options(logging));
        }
        catch (PoolOptionsException exception)
        {
            witness.See("pool construction", exception);
            await ShowContainerAsync(witness, form, connectionString);
            return false;
        }

        await using var registry = new PoolRegistry();
        registry.Register(pool);
        await ShowPoolAsync(witness, pool);
        await ShowSetAsync(witness, form, connectionString, logging);
        await ShowSiteAsync(witness, pool, registry);
        return true;
    }

    private static ConnectionPoolOptions Options(ILoggerFactory logging, string? name = null) => new()
    {
        Name = name,
        MinSize = 0,
        MaxSize = 1,
        MaxOpenRetries = 0,
        AcquireTimeout = TimeSpan.FromSeconds(30),
        ConnectTimeout = TimeSpan.FromSeconds(1),
        ResetMode = ResetMode.None,
        StatementStatistics = new(),
        LoggerFactory = logging,
    };

    private static ILoggerFactory NewLogging(Witness witness) => LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(witness));

    private static async Task ShowPoolAsync(Witness witness, ConnectionPool pool)
    {
        await using (var connection = pool.CreateConnection())
        {
            witness.See("connection", (object)$"{connection.ConnectionString} {connection.DataSource} {connection.Database}");
            witness.See("open", await Record.ExceptionAsync(() => connection.OpenAsync()));
        }

        witness.See("blocking rent", Record.Exception(() => pool.Rent().Dispose()));
        witness.See("name", (object)pool.Name);
        witness.See("pool", (object)$"{pool.ConnectionString}");
        foreach (var setting in pool.GetSettings())
        {
            witness.See("settings", (object)Shown(setting));
        }

        foreach (var happened in pool.GetEvents())
        {
            witness.See("events", (object)Shown(happened));
        }

        witness.See("statistics", (object)Shown(pool.GetStatistics()));
        witness.See("last failure", pool.GetStatistics().LastOpenFailure?.Exception);
        var diagnosis = pool.Diagnose();
        witness.See("diagnosis", (object)$"{diagnosis} {string.Join(' ', diagnosis.Findings.Select(Shown))}");
        witness.ReadMeters();
    }

    private static async Task ShowSetAsync(Witness witness, Form form, string connectionString, ILoggerFactory logging)
    {
        await using var set = new ReplicaSetBuilder("shop")
            .AddPrimary("one", pool => pool.UseProvider(form.Create(connectionString)).Configure(options =>
            {
                (options.MinSize, options.MaxSize, options.MaxOpenRetries, options.ResetMode, options.LoggerFactory) = (0, 1, 0, ResetMode.None, logging);
                (options.AcquireTimeout, options.ConnectTimeout) = (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
            }))
            .Configure(options => (options.PrimaryTimeout, options.LoggerFactory) = (TimeSpan.FromMilliseconds(1), logging))
            .Build();
        await set.ProbeAsync();
        var statistics = set.GetStatistics();
        witness.See("set", (object)$"{set.Name} {Shown(statistics)} {string.Join(' ', statistics.Servers.Select(Shown))} {string.Join(' ', set.Diagnose().Findings.Select(Shown))} {string.Join(' ', set.GetTopologyChanges().Select(Shown))}");
        witness.See("set open", await Record.ExceptionAsync(async () => await (await set.OpenConnectionAsync()).DisposeAsync()));
    }

    /// <summary>The text of an output, and of each of its properties.</summary>
    private static string Shown(object output) =>
        $"{output} {string.Join(' ', output.GetType().GetProperties().Select(property => property.GetValue(output)))}";

    private static async Task ShowSiteAsync(Witness witness, ConnectionPool pool, PoolRegistry registry)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(witness);
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(registry);
        builder.Services.AddCenoteDashboard();
        builder.Services.AddHealthChecks().AddConnectionPools();
        await using var app = builder.Build();
        app.MapCenoteDashboard();
        app.MapHealthChecks("/health", new HealthCheckOptions
        {
            ResponseWriter = static (context, report) => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                context.Response, string.Join('\n', report.Entries.Select(entry => $"{entry.Key} {entry.Value.Description} {entry.Value.Exception} {string.Join(' ', entry.Value.Data)}"))),
        });
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
        foreach (var page in Pages)
        {
            var address = page.EndsWith('=') ? page + Uri.EscapeDataString(pool.Name) : page;
            using var response = await client.GetAsync(new Uri(address, UriKind.Relative));
            Assert.True(response.IsSuccessStatusCode || page == "/health", $"{address}: {response.StatusCode}");
            var text = await response.Content.ReadAsStringAsync();
            Assert.NotEmpty(text);
            witness.See(page, (object)text);
            witness.See(page, (object)Uri.UnescapeDataString(text));
        }

        await app.StopAsync();
    }

    /// <summary>
    /// What an application says that takes the connection string from its configuration, and fails as it starts.
    /// </summary>
    private static async Task ShowContainerAsync(Witness witness, Form form, string connectionString)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:shop", connectionString)]);
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(witness);
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddConnectionPool("shop", pool => pool.UseProvider(form.Create(pool.GetConnectionString())));
        builder.Services.AddConnectionPoolHosting();
        await using var app = builder.Build();
        witness.See("container", Record.Exception(() => app.Services.GetRequiredKeyedService<ConnectionPool>("shop")));
        witness.See("start", await Record.ExceptionAsync(() => app.StartAsync()));
    }
}
