using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cenote.AspNetCore.CausalReads;

/// <summary>
/// Gives each request a causal scope: its reads see its own writes, and the writes of the token in the request.
/// The answer has the token of both.
/// </summary>
internal sealed class CausalReadsMiddleware(RequestDelegate next, ReplicaSet set, CausalReadsOptions options, TimeProvider timeProvider, ILogger logger)
{
    // Browsers keep no larger cookie.
    private const int LongestCookie = 3_800;

    private readonly Throttle _refusals = new(TimeSpan.FromMinutes(1), timeProvider);
    private readonly Throttle _unknown = new(TimeSpan.FromMinutes(1), timeProvider);

    public async Task InvokeAsync(HttpContext context)
    {
        using var scope = set.BeginCausalScope();
        foreach (var text in context.Request.Headers[options.HeaderName])
        {
            Accept(scope, text);
        }

        if (options.CookieName is { } cookie)
        {
            Accept(scope, context.Request.Cookies[cookie]);
        }

        context.Response.OnStarting(() => AnswerAsync(context, scope));
        await next(context).ConfigureAwait(false);
    }

    private void Accept(CausalScope scope, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        // A client may send anything, and keys may have changed: the request is served without the token.
        try
        {
            scope.Add(set.ParseToken(text));
        }
        catch (CausalTokenException)
        {
            if (_refusals.MayPass(out var others))
            {
                CausalReadsLog.TokenRefused(logger, set.Name, others);
            }
        }
    }

    private async Task AnswerAsync(HttpContext context, CausalScope scope)
    {
        CausalToken? token;
        try
        {
            token = await scope.GetTokenAsync(context.RequestAborted).ConfigureAwait(false);
            if (token is not null && set.HasLost(token))
            {
                // Passed on, it would have every later request of the client refused.
                token = await set.GetTokenAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (exception is PoolException)
        {
            // The write is done, so that its answer must not fail for want of a token.
            if (_unknown.MayPass(out var others))
            {
                CausalReadsLog.PositionUnknown(logger, set.Name, others, exception);
            }

            return;
        }

        if (token?.ToString() is not { } text)
        {
            return;
        }

        context.Response.Headers[options.HeaderName] = text;
        if (options.CookieName is not { } cookie)
        {
            return;
        }

        if (text.Length > LongestCookie)
        {
            // An older one would say less than the client has seen.
            context.Response.Cookies.Delete(cookie);
        }
        else
        {
            context.Response.Cookies.Append(cookie, text, new CookieOptions
            {
                HttpOnly = true,
                IsEssential = true,
                MaxAge = options.CookieMaxAge,
                SameSite = SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
            });
        }
    }
}
