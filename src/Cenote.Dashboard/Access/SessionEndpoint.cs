using System.Reflection;
using Cenote.Dashboard.Json;
using Cenote.Dashboard.Reports;
using Cenote.Dashboard.Sampling;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Access;

/// <summary>Returns the permissions of a viewer, and the token to act with.</summary>
internal sealed class SessionEndpoint(Sampler sampler, ActionAccess access, IAntiforgery antiforgery)
{
    private static readonly string Version =
        typeof(SessionEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    internal async Task ServeAsync(HttpContext context)
    {
        var refusal = await access.FindRefusalAsync(context).ConfigureAwait(false);
        var token = refusal is null ? FindToken(context, ref refusal) : null;
        var session = new SessionJson(
            token is not null, refusal, ActionAccess.NameOf(context), token, Version, sampler.TimeProvider.GetUtcNow(), sampler.Ranges);
        await JsonAnswer.WriteAsync(context, session, DashboardJson.Default.SessionJson).ConfigureAwait(false);
    }

    private AntiforgeryJson? FindToken(HttpContext context, ref string? refusal)
    {
        try
        {
            var tokens = antiforgery.GetAndStoreTokens(context);
            if (tokens is { HeaderName: { } header, RequestToken: { } token })
            {
                return new AntiforgeryJson(header, token);
            }

            refusal = "Actions send their antiforgery token in a header, and AntiforgeryOptions.HeaderName is null. Name a header.";
        }
        catch (InvalidOperationException exception)
        {
            // Its cookie requires HTTPS and this request has none, or the viewer has no name to bind a token to. The
            // message names the reason.
            refusal = $"An antiforgery token for this viewer is not available: {exception.Message}";
        }

        return null;
    }
}
