using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Cenote.AspNetCore;

/// <summary>Answers a request that a pool refused.</summary>
internal sealed class PoolExceptionHandler(
    IOptions<PoolExceptionHandlerOptions> options, IProblemDetailsService details, IHostApplicationLifetime life) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (PoolRefusal.In(exception, life.ApplicationStopping.IsCancellationRequested) is not { } refusal)
        {
            return false;
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers.RetryAfter = SecondsFor(refusal).ToString(CultureInfo.InvariantCulture);
        httpContext.Response.Headers.CacheControl = "no-store";
        var problem = new ProblemDetails { Status = StatusCodes.Status503ServiceUnavailable, Title = refusal.Title };
        await details.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem, Exception = exception }).ConfigureAwait(false);
        return true;
    }

    // The header has whole seconds.
    private int SecondsFor(PoolRefusal refusal)
    {
        var shortest = (int)Math.Ceiling(options.Value.RetryAfter.TotalSeconds);
#pragma warning disable CA5394 // Spreads load; guessing it gains nothing.
        var spread = Random.Shared.Next(shortest, (2 * shortest) + 2);
#pragma warning restore CA5394
        return spread + (refusal.RetryAfter is { } after ? (int)Math.Ceiling(after.TotalSeconds) : 0);
    }
}
