using System.Net;
using Cenote.Cli.Commands;
using Cenote.Shop.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cenote.CliTests.Watching;

/// <summary>An application with a dashboard on the loopback interface.</summary>
internal sealed class WatchedSite : IAsyncDisposable
{
    public const string Token = "s3cret-of-the-site";

    private readonly WebApplication _application;

    private WatchedSite(WebApplication application) => _application = application;

    public Uri Address => new(new Uri(_application.Urls.Single()), "pools/");

    public TopOptions Options => new() { Dashboard = Address };

    /// <param name="pools">What it shows.</param>
    /// <param name="port">0 for any that is free.</param>
    /// <param name="refuses">The status of requests that are refused; <see langword="null"/> to refuse none.</param>
    public static async Task<WatchedSite> StartAsync(IEnumerable<ConnectionPool> pools, int port = 0, Func<HttpRequest, int?>? refuses = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new PassingKeys());
        builder.Services.AddCenoteDashboard(options => pools.ToList().ForEach(options.Pools.Add));
        var application = builder.Build();
        application.Use((context, next) =>
        {
            if (refuses?.Invoke(context.Request) is not { } status)
            {
                return next(context);
            }

            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        application.UseRouting();
        application.MapCenoteDashboard("/pools");
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new WatchedSite(application);
    }

    public static int? UnlessAuthorized(HttpRequest request) =>
        request.Headers.Authorization == $"Bearer {Token}" ? null : StatusCodes.Status401Unauthorized;

    /// <summary>A pool of connections to SQLite.</summary>
    public static ConnectionPool NewPool(string name = "orders", int size = 3) =>
        new(new SqliteProvider($"Data Source=watched-{Guid.NewGuid():N};Mode=Memory;Cache=Shared"), new ConnectionPoolOptions { Name = name, MinSize = 0, MaxSize = size, AcquireTimeout = TimeSpan.FromMinutes(10) });

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }
}
