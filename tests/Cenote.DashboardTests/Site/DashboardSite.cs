using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.DashboardTests.Site;

/// <summary>
/// An application with the dashboard, on fake time, over pools of the stub driver. Its requests come from the addresses
/// that a test says.
/// </summary>
internal sealed class DashboardSite : IAsyncDisposable
{
    private WebApplication? _app;
    private HttpClient? _client;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public StubDatabase Database { get; } = new();

    public PoolRegistry Registry { get; } = new();

    public LogWatch Log { get; } = new("Cenote.Dashboard");

    /// <summary>Where requests come from.</summary>
    public IPAddress? Remote { get; set; } = IPAddress.Loopback;

    public IPAddress? Local { get; set; } = IPAddress.Loopback;

    public HttpClient Client => _client!;

    public WebApplication App => _app!;

    public Action<DashboardOptions>? Configure { get; init; }

    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>Maps the dashboard; at <c>/pools</c>, with nothing said of authorization, unless given.</summary>
    public Action<WebApplication>? Map { get; init; }

    public bool OnKestrel { get; init; }

    /// <summary>Where Kestrel listens.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:0";

    /// <summary>Where Kestrel listens, in place of <see cref="Urls"/>.</summary>
    public Action<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>? Listen { get; init; }

    public async Task<DashboardSite> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(Log);
        if (OnKestrel)
        {
            _ = Listen is null ? builder.WebHost.UseKestrelCore().UseUrls(Urls) : builder.WebHost.UseKestrelCore().ConfigureKestrel(Listen);
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        builder.Services.AddSingleton(Registry);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddAuthentication("named").AddScheme<AuthenticationSchemeOptions, NamedUser>("named", configureOptions: null);
        builder.Services.AddAuthorization(options => options.AddPolicy("operators", policy => policy.RequireUserName("ops")));
        builder.Services.AddCenoteDashboard(Configure);
        ConfigureServices?.Invoke(builder.Services);
        _app = builder.Build();
        if (!OnKestrel)
        {
            _app.Use((context, next) =>
            {
                (context.Connection.RemoteIpAddress, context.Connection.LocalIpAddress) = (Remote, Local);
                return next(context);
            });
        }

        _app.UseAuthentication();
        _app.UseAuthorization();
        (Map ?? (static app => app.MapCenoteDashboard("/pools")))(_app);
        await _app.StartAsync().Soon();
        _client = OnKestrel
            ? new HttpClient { BaseAddress = BaseAddress(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) }
            : _app.GetTestClient();
        return this;
    }

    private static Uri BaseAddress(string address) =>
        address.Contains("unix:", StringComparison.Ordinal) ? new Uri("http://localhost") : new Uri(address.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));

    /// <summary>A pool over the stub driver, in the registry.</summary>
    public ConnectionPool AddPool(string name = "orders", Action<ConnectionPoolOptions>? configure = null)
    {
        var pool = NewPool(name, configure);
        Registry.Register(pool);
        return pool;
    }

    public ConnectionPool NewPool(string name, Action<ConnectionPoolOptions>? configure = null)
    {
        var options = new ConnectionPoolOptions { Name = name, MinSize = 0, MaxSize = 4, TimeProvider = Time, AcquireTimeout = TimeSpan.FromHours(1) };
        configure?.Invoke(options);
        return new ConnectionPool(new StubProvider(Database), options);
    }

    /// <summary>Lets the sampler take a number of samples.</summary>
    public void Tick(int seconds = 1)
    {
        for (var i = 0; i < seconds; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public async Task<T> GetAsync<T>(string address, JsonTypeInfo<T> type)
    {
        using var response = await Client.GetAsync(new Uri(address, UriKind.Relative)).Soon();
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonSerializer.Deserialize(text, type)!;
    }

    public Task<OverviewJson> OverviewAsync() => GetAsync("/pools/api/overview", DashboardJson.Default.OverviewJson);

    public Task<PoolJson> PoolAsync(string name = "orders") => GetAsync($"/pools/api/pool?name={Uri.EscapeDataString(name)}", DashboardJson.Default.PoolJson);

    public Task<HistoryJson> HistoryAsync(int seconds, string name = "orders") =>
        GetAsync(FormattableString.Invariant($"/pools/api/history?pool={Uri.EscapeDataString(name)}&seconds={seconds}"), DashboardJson.Default.HistoryJson);

    /// <summary>What a request is refused with.</summary>
    public async Task<(HttpStatusCode Status, ProblemJson Problem)> RefusedAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request).Soon();
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize(text, DashboardJson.Default.ProblemJson)!;
        Assert.Equal((int)response.StatusCode, problem.Status);
        Assert.NotEmpty(problem.Problems);
        return (response.StatusCode, problem);
    }

    public Task<(HttpStatusCode Status, ProblemJson Problem)> RefusedAsync(string address) => RefusedAsync(new HttpRequestMessage(HttpMethod.Get, address));

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync().Soon();
            await _app.DisposeAsync();
        }

        await Registry.DisposeAsync();
    }
}
