using System.Text.Json;
using Cenote.Dashboard.Json;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Access;

/// <summary>
/// What every endpoint of the dashboard has around it: the access rule, the headers, and answers that say why not.
/// </summary>
internal sealed class DashboardGuard(AccessRule access)
{
    /// <summary>
    /// Scripts, styles and data only from here, nothing inline, no frame around it, no form leads away.
    /// </summary>
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="serve">Answers the request.</param>
    /// <param name="isPage">Whether other pages may link to it.</param>
    internal RequestDelegate Around(RequestDelegate serve, bool isPage = false) => async context =>
    {
        SetHeaders(context.Response.Headers);
        try
        {
            if (access.FindRefusal(context, isPage) is { } reason)
            {
                throw new Refusal(StatusCodes.Status403Forbidden, "The dashboard is not served to this request.", reason);
            }

            await serve(context).ConfigureAwait(false);
        }
        catch (Refusal refusal) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, refusal).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The viewer has gone.
        }
    };

    internal static Task AnswerAsync(HttpContext context, Refusal refusal)
    {
        context.Response.StatusCode = refusal.Status;
        context.Response.ContentType = "application/problem+json";
        var problem = new ProblemJson(refusal.Message, refusal.Status, string.Join(" ", refusal.Problems), refusal.Problems);
        return JsonSerializer.SerializeAsync(context.Response.Body, problem, DashboardJson.Default.ProblemJson, context.RequestAborted);
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
