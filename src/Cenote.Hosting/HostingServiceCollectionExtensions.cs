using Cenote;
using Cenote.Hosting;
using Cenote.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extensions for connection pools that start and stop with their host.</summary>
public static class HostingServiceCollectionExtensions
{
    /// <summary>
    /// Warms every pool of the container's <see cref="Cenote.PoolRegistry"/> up before the host serves, and drains them
    /// after everything in the host has stopped, within its shutdown time. The order and number of calls do not matter.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options in code. The configuration section <c>Cenote:Hosting</c> overrides
    /// them.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddConnectionPoolHosting(this IServiceCollection services, Action<PoolHostingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<PoolHostingOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<PoolHostingOptions>, HostingSection>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PoolHostingOptions>, PoolHostingOptionsValidator>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        return services.AddHostedService<PoolLifecycle>();
    }
}
