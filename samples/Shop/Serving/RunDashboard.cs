using System.Net;
using Cenote.Shop.Pools;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cenote.Shop.Serving;

/// <summary>
/// The dashboard of a run's pools, on the loopback interface, read-only: a click on its page must not spoil what the
/// run measures.
/// </summary>
internal sealed class RunDashboard : IAsyncDisposable
{
    public static readonly RunDashboard None = new(application: null);

    /// <summary>The end of a run waits at most this long for viewers.</summary>
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(1);

    private WebApplication? _application;

    private RunDashboard(WebApplication? application) => _application = application;

    /// <summary>The address of the page; <see langword="null"/> without a page.</summary>
    public Uri? Address { get; private init; }

    /// <param name="arrangements">The pools.</param>
    /// <param name="port">Of 127.0.0.1; 0 for any that is free.</param>
    /// <param name="clock">The run's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DashboardPortException">Nothing can be served there.</exception>
    public static async Task<RunDashboard> StartAsync(IReadOnlyList<Arrangement> arrangements, int port, TimeProvider clock, CancellationToken cancellationToken)
    {
        var application = Build(arrangements, port, clock);
        try
        {
            await application.StartAsync(cancellationToken);
            return new RunDashboard(application) { Address = new Uri(new Uri(application.Urls.Single()), "pools") };
        }
        catch (Exception exception)
        {
            await application.DisposeAsync();
            if (exception is IOException or System.Net.Sockets.SocketException)
            {
                throw new DashboardPortException(port, exception);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _application, null) is { } application)
        {
            await application.StopAsync(CancellationToken.None);
            await application.DisposeAsync();
        }
    }

    private static WebApplication Build(IReadOnlyList<Arrangement> arrangements, int port, TimeProvider clock)
    {
        // Empty: no settings file of the folder that the run happens to be started in, and no variable, may open it to
        // other machines.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = LongestGoodbye);
        builder.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new PassingKeys());
        builder.Services.AddCenoteDashboard(options =>
        {
            options.TimeProvider = clock;
            foreach (var arrangement in arrangements)
            {
                if (arrangement.Router is { } set)
                {
                    options.ReplicaSets.Add(set);
                }
                else
                {
                    arrangement.Pools.ToList().ForEach(pool => options.Pools.Add(pool.Pool));
                }
            }
        });

        var application = builder.Build();
        application.UseRouting();
        application.MapCenoteDashboard("/pools");
        return application;
    }
}
