using Cenote;
using Cenote.Dashboard;
using Cenote.Dashboard.Access;
using Cenote.Dashboard.Assets;
using Cenote.Dashboard.Sampling;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extensions that register the dashboard of an application's connection pools.</summary>
public static class DashboardServiceCollectionExtensions
{
    /// <summary>
    /// Watches the pools of the container's <see cref="Cenote.PoolRegistry"/>, its replica sets, and what the options
    /// name, once a second from the start of the host. <c>app.MapCenoteDashboard("/pools")</c> shows them. The order
    /// and number of calls do not matter.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddCenoteDashboard(this IServiceCollection services, Action<DashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<DashboardOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DashboardOptions>, DashboardOptionsValidator>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddAuthorization();
        services.AddAntiforgery();
        services.TryAddSingleton<PageAssets>();
        services.TryAddSingleton<PoolSources>();
        services.TryAddSingleton<Sampler>();
        services.TryAddSingleton<ActionAccess>();
        services.TryAddSingleton<AccessRule>();
        services.TryAddSingleton<ExposureCheck>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<Hosting.IHostedService, DashboardService>());
        return services;
    }
}
