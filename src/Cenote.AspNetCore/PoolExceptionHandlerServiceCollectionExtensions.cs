using Cenote.AspNetCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extensions for the answers to requests that a connection pool refuses.</summary>
public static class PoolExceptionHandlerServiceCollectionExtensions
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>
    /// Answers a request with HTTP 503 and <c>Retry-After</c> where it ends with an exception of a pool that refuses
    /// callers: an overload, an acquire timeout, an open circuit, a database or primary that is not reached, a pool
    /// that is closed because the host stops; also as the cause of another exception. The answer names no pool. Needs
    /// <c>app.UseExceptionHandler()</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">At the start of the host:
    /// <see cref="PoolExceptionHandlerOptions.RetryAfter"/> is not from 1 second to 1 hour.</exception>
    public static IServiceCollection AddConnectionPoolExceptionHandler(this IServiceCollection services, Action<PoolExceptionHandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<PoolExceptionHandlerOptions>()
            .Validate(
                static value => value.RetryAfter >= TimeSpan.FromSeconds(1) && value.RetryAfter <= Longest,
                "PoolExceptionHandlerOptions.RetryAfter must be from 1 second to 1 hour.")
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return services.AddProblemDetails().AddExceptionHandler<PoolExceptionHandler>();
    }
}
