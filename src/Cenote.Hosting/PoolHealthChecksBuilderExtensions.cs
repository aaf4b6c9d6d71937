using Cenote;
using Cenote.Hosting.Health;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Health checks of connection pools. They read existing numbers of the pools: they rent no connection and do not wait.
/// </summary>
public static class PoolHealthChecksBuilderExtensions
{
    /// <summary>The tag of checks of whether the process should get traffic.</summary>
    public const string ReadyTag = "ready";

    /// <summary>The tag of checks of whether the process should be restarted.</summary>
    public const string LiveTag = "live";

    /// <summary>
    /// The name of the lane in which the health checks of the application rent: not the checks of this class, which
    /// rent no connection, but all others. Give a lane of this name a reserve, see
    /// <see cref="Cenote.ConnectionPoolOptions.Lanes"/>. A pool without such a lane uses its default lane.
    /// </summary>
    public const string LaneName = "health";

    /// <summary>
    /// Adds two checks of all pools of the container's <see cref="Cenote.PoolRegistry"/> that are in use: readiness,
    /// tagged <see cref="ReadyTag"/>, and liveness, tagged <see cref="LiveTag"/>, whose name ends in <c>_live</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the readiness check; <see langword="null"/> for <c>connection_pools</c>.</param>
    /// <param name="failureStatus">The status of an unhealthy result; <see langword="null"/> for
    /// <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Further tags for both checks.</param>
    /// <param name="configure">Sets when a pool is degraded.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="OptionsValidationException">The options are invalid; lists every problem.</exception>
    public static IHealthChecksBuilder AddConnectionPools(
        this IHealthChecksBuilder builder,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        Action<PoolHealthOptions>? configure = null) =>
        Add(builder, poolName: null, name ?? "connection_pools", failureStatus, tags, configure);

    /// <summary>Adds two checks of one pool, as <see cref="AddConnectionPools"/> does for all.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="poolName">The name that the pool is registered by.</param>
    /// <param name="name">The name of the readiness check; <see langword="null"/> for <c>connection_pool_</c> and the
    /// pool's name.</param>
    /// <param name="failureStatus">The status of an unhealthy result; <see langword="null"/> for
    /// <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Further tags for both checks.</param>
    /// <param name="configure">Sets when the pool is degraded.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="OptionsValidationException">The options are invalid; lists every problem.</exception>
    public static IHealthChecksBuilder AddConnectionPool(
        this IHealthChecksBuilder builder,
        string poolName,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        Action<PoolHealthOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(poolName);
        return Add(builder, poolName, name ?? $"connection_pool_{poolName}", failureStatus, tags, configure);
    }

    private static IHealthChecksBuilder Add(
        IHealthChecksBuilder builder,
        string? poolName,
        string name,
        HealthStatus? failureStatus,
        IEnumerable<string>? tags,
        Action<PoolHealthOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new PoolHealthOptions();
        configure?.Invoke(options);
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new OptionsValidationException(name, typeof(PoolHealthOptions), problems);
        }

        builder.Services.TryAddSingleton<PoolHealthMonitor>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HealthCheckServiceOptions>, HealthLane>());
        string[] more = [.. tags ?? []];
        return builder
            .Add(new HealthCheckRegistration(name, services => new ReadinessCheck(services, poolName, options), failureStatus, [ReadyTag, .. more]))
            .Add(new HealthCheckRegistration($"{name}_live", services => new LivenessCheck(services, poolName), failureStatus, [LiveTag, .. more]));
    }
}
