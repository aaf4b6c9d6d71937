using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Cenote.SnippetTests.Runs;

/// <summary>ASP.NET Core, listening on a free port of this machine.</summary>
internal static class WebRuns
{
    internal static Dictionary<string, Func<SnippetDatabases, Task>> All { get; } = new(StringComparer.Ordinal)
    {
        ["Dashboard.usage"] = async databases =>
        {
            var app = Snippets.Dashboard.Usage(Arguments(databases));
            await ServeAsync(app, async client =>
            {
                // A pool of the container is constructed when something first asks for it.
                await using var lease = await app.Services.GetRequiredKeyedService<ConnectionPool>("orders").RentAsync();
                var isShown = await Patience.UntilAsync(async () => (await client.GetStringAsync("/pools/api/overview")).Contains("\"orders\"", StringComparison.Ordinal), Patience.Limit);
                Assert.True(isShown);
                await CliRun.AssertShowsAsync(client.BaseAddress + "pools", "orders");
            });
        },
        ["Dashboard.secured"] = databases =>
        {
            var builder = Builder(databases);
            builder.Services.AddAuthentication("Cookies").AddCookie("Cookies");
            return ServeAsync(Snippets.Dashboard.Secured(builder), static async client =>
            {
                using var answer = await client.GetAsync("/pools/api/overview");
                Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
                Assert.True((int)answer.StatusCode < 500);
            });
        },
        ["Dashboard.options"] = databases => ReplicaRuns.OnSetAsync(databases, async catalogue =>
        {
            await using var legacy = databases.NewPool();
            await using var tenants = new PoolRegistry();
            var builder = Builder(databases);
            Snippets.Dashboard.Options(builder, legacy, tenants, catalogue);
            var app = builder.Build();
            app.MapCenoteDashboard("/pools");
            await ServeAsync(app, async client => Assert.Contains($"\"{legacy.Name}\"", await client.GetStringAsync("/pools/api/overview"), StringComparison.Ordinal));
        }),
        ["RefusedRequests.usage"] = RefuseAsync,
        ["Hosting.usage"] = HostAsync,
        ["Hosting.settings"] = HostWithSettingsAsync,
        ["Hosting.checks"] = HostWithSettingsAsync,
        ["Hosting.writer"] = HostWithSettingsAsync,
        ["Hosting.source"] = HostWithSettingsAsync,
        ["Monitoring.wiring"] = databases => ServeAsync(Snippets.Monitoring.Usage(Builder(databases)), async client =>
        {
            await using var pool = databases.NewPool();
            await using (await pool.RentAsync())
            {
                Assert.Contains("db_client_connection", await client.GetStringAsync("/metrics"), StringComparison.Ordinal);
            }
        }),
        ["Lanes.health"] = static databases =>
        {
            var builder = Builder(databases);
            Snippets.Lanes.AddHealth(builder);
            var app = builder.Build();
            app.MapHealthChecks("/health");
            return ServeAsync(app, async client =>
            {
                var orders = app.Services.GetRequiredKeyedService<ConnectionPool>("orders");
                await orders.WaitUntilReadyAsync();
                Assert.Equal("Healthy", await client.GetStringAsync("/health"));
                var lanes = orders.GetStatistics().Lanes;
                Assert.Equal((0, 1), (lanes[0].Rents, lanes[1].Rents));
            });
        },
        ["Monitoring.view"] = databases => ConnectionRuns.OnPoolAsync(databases, async pool =>
        {
            var builder = Sdk.CreateMeterProviderBuilder().AddMeter(PoolTelemetry.MeterName);
            Snippets.Monitoring.View(builder);
            using var provider = builder.Build();
            await using var lease = await pool.RentAsync();
        }),
        ["CausalReads.http"] = static async databases =>
        {
            var builder = Builder(databases);
            builder.Configuration.AddInMemoryCollection(RegistryRuns.SetOf(await databases.ReplicatedAsync()));
            var app = Snippets.CausalReads.OverHttp(builder, new byte[32]);
            app.MapGet("/", static async ([FromKeyedServices("shop")] ReplicaSet shop) =>
            {
                await using var write = await shop.OpenWriteConnectionAsync();
                await using var command = write.CreateCommand();
                command.CommandText = "UPDATE customers SET address = 'here' WHERE id = 7";
                await command.ExecuteNonQueryAsync();
            });
            await ServeAsync(app, static async client =>
            {
                using var first = await client.GetAsync("/");
                var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
                Assert.StartsWith("shop-token=", cookie, StringComparison.Ordinal);
                using var request = new HttpRequestMessage(HttpMethod.Get, "/");
                request.Headers.Add("Cookie", cookie.Split(';')[0]);
                using var second = await client.SendAsync(request);
                Assert.Equal(HttpStatusCode.OK, second.StatusCode);
            });
        },
    };

    // As printed it runs until the application is stopped, and keeps the application to itself: the host logs its
    // start, as it does for tools.
    private static async Task HostAsync(SnippetDatabases databases)
    {
        var built = new TaskCompletionSource<IHost>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var hosts = DiagnosticListener.AllListeners.Subscribe(new Announcements(built));
        var running = Task.Factory.StartNew(
            () => Snippets.Hosting.Usage(Arguments(databases)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var host = await built.Task.Soon();
        var life = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var server = host.Services.GetRequiredService<IServer>();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (life.ApplicationStarted.Register(started.SetResult))
        {
            await Task.WhenAny(started.Task, running).Soon();
        }

        using (var client = NewClient(server))
        {
            Assert.Equal("Healthy", await client.GetStringAsync("/healthz/live"));
            Assert.Equal("Healthy", await client.GetStringAsync("/healthz/ready"));
        }

        life.StopApplication();
        await running.Soon();
    }

    private static Task RefuseAsync(SnippetDatabases databases)
    {
        var app = Snippets.RefusedRequests.Usage(Arguments(databases));
        app.MapGet("/orders", static async ([FromKeyedServices("orders")] ConnectionPool orders) =>
        {
            orders.IsolateCircuit();
            orders.Clear();
            await using var connection = await orders.OpenConnectionAsync();
        });
        return ServeAsync(app, static async client =>
        {
            using var response = await client.GetAsync("/orders");
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
        });
    }

    private static async Task HostWithSettingsAsync(SnippetDatabases databases)
    {
        var builder = Builder(databases);
        builder.Services.AddConnectionPool("orders", static pool => pool.UsePostgreSql());
        builder.Services.AddConnectionPool("reports", static pool => pool.UsePostgreSql());
        Snippets.Hosting.Settings(builder);
        builder.Services.AddHealthChecks().AddConnectionPools();
        builder.Services.AddSingleton(new Snippets.Hosting.OrderCache(TimeSpan.FromMinutes(6)));
        builder.Services.AddSingleton<IPoolHealthSource, Snippets.Hosting.CacheHealth>();
        var app = builder.Build();
        Snippets.Hosting.Map(app);
        await ServeAsync(app, async client =>
        {
            Assert.Equal(8, app.Services.GetRequiredKeyedService<ConnectionPool>("orders").GetStatistics().Counts.Total);
            var health = await client.GetStringAsync("/x");
            Assert.Contains("order cache", health, StringComparison.Ordinal);
            Assert.Contains("reports", health, StringComparison.Ordinal);
        });
    }

    internal static async Task ServeAsync(WebApplication app, Func<HttpClient, Task> use)
    {
        await using (app)
        {
            await app.StartAsync();
            using (var client = NewClient(app.Services.GetRequiredService<IServer>()))
            {
                await use(client);
            }

            await app.StopAsync();
        }
    }

    internal static string[] Arguments(SnippetDatabases databases) =>
    [
        "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning",
        "--ConnectionStrings:orders=" + databases.PostgreSql, "--ConnectionStrings:reports=" + databases.PostgreSql,
    ];

    private static WebApplicationBuilder Builder(SnippetDatabases databases) => WebApplication.CreateBuilder(Arguments(databases));

    private static HttpClient NewClient(IServer server) => new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
    };

    private sealed class Announcements(TaskCompletionSource<IHost> built) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is { Key: "HostBuilt", Value: IHost host })
            {
                built.TrySetResult(host);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
