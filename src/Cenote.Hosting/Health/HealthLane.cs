using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Cenote.Hosting.Health;

/// <summary>
/// Runs every health check of the application in the lane <see cref="PoolHealthChecksBuilderExtensions.LaneName"/>, so
/// that a check which rents a connection uses the reserve of that lane.
/// </summary>
internal sealed class HealthLane : IPostConfigureOptions<HealthCheckServiceOptions>
{
    private static readonly Lane Lane = new(PoolHealthChecksBuilderExtensions.LaneName) { IsOptional = true };

    public void PostConfigure(string? name, HealthCheckServiceOptions options)
    {
        // Copies, because options that are created again get the same registrations.
        var copies = options.Registrations.Select(static registration => new HealthCheckRegistration(
            registration.Name,
            services => new Check(registration.Factory(services)),
            registration.FailureStatus,
            registration.Tags,
            registration.Timeout)
        {
            Delay = registration.Delay,
            Period = registration.Period,
        }).ToList();
        options.Registrations.Clear();
        copies.ForEach(options.Registrations.Add);
    }

    private sealed class Check(IHealthCheck inner) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            using (Lane.BeginScope())
            {
                return await inner.CheckHealthAsync(context, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
