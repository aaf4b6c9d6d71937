using System.Net.Mime;
using Cenote.Dashboard.Access;
using Cenote.Dashboard.Json;
using Cenote.Dashboard.Reports;
using Cenote.Dashboard.Sampling;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Cenote.Dashboard.Actions;

/// <summary>
/// Runs actions of permitted users on pools. Every attempt is logged, and a successful one is an event of the pool.
/// </summary>
internal sealed class ActionEndpoint(Sampler sampler, ActionAccess access, IAntiforgery antiforgery, ILoggerFactory loggers)
{
    private const int LongestActor = 200;

    private readonly ILogger _logger = loggers.CreateLogger("Cenote.Dashboard");
    private readonly ActionRunner _runner = new(loggers.CreateLogger("Cenote.Dashboard"));

    internal async Task ServeAsync(HttpContext context)
    {
        ActionRequest? request = null;
        try
        {
            new QueryReader(context).ThrowIfAny();
            await ThrowIfNotAllowedAsync(context).ConfigureAwait(false);
            request = await ReadAsync(context).ConfigureAwait(false);
            var pool = sampler.Current.PoolOrRefuse(request.Pool).Pool;
            var actor = ActorOf(context);
            var outcome = await _runner.RunAsync(pool, request, actor, context.RequestAborted).ConfigureAwait(false);
            pool.RecordOperatorAction(outcome.Operation, actor);
            DashboardLog.ActionDone(_logger, actor, outcome.Operation, pool.Name);
            await JsonAnswer.WriteAsync(context, new ActionResultJson(outcome.Message), DashboardJson.Default.ActionResultJson).ConfigureAwait(false);
        }
        catch (Refusal refusal)
        {
            var what = request is null ? "an action" : $"{request.Action} of pool {QueryReader.Shorten(request.Pool)}";
            DashboardLog.ActionRefused(_logger, ActorOf(context), what, refusal.Status, string.Join(" ", refusal.Problems));
            throw;
        }
    }

    private async Task ThrowIfNotAllowedAsync(HttpContext context)
    {
        if (await access.FindRefusalAsync(context).ConfigureAwait(false) is { } reason)
        {
            throw new Refusal(StatusCodes.Status403Forbidden, "You may not act on pools.", reason);
        }

        // Only a script of this origin can send JSON with the token: a form of another page can send neither.
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase))
        {
            throw new Refusal(StatusCodes.Status415UnsupportedMediaType, "The content type is not JSON.", $"The content type is '{QueryReader.Shorten(context.Request.ContentType ?? "")}'. It must be {MediaTypeNames.Application.Json}.");
        }

        if (!await IsTokenValidAsync(context).ConfigureAwait(false))
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "The antiforgery token is missing or not valid.", "The antiforgery token is missing, not valid, or another user's. Send the header that api/session names, with its token and its cookie; reload the page.");
        }
    }

    private async Task<bool> IsTokenValidAsync(HttpContext context)
    {
        try
        {
            return await antiforgery.IsRequestValidAsync(context).ConfigureAwait(false);
        }
        catch (InvalidOperationException exception)
        {
            // Its cookie is to be sent over HTTPS alone, and this is none.
            throw new Refusal(StatusCodes.Status400BadRequest, "The antiforgery token cannot be checked.", exception.Message);
        }
    }

    private static async Task<ActionRequest> ReadAsync(HttpContext context)
    {
        try
        {
            return await ActionReader.ReadAsync(context).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception)
        {
            // The server's own limits, and bodies that end before they should.
            throw new Refusal(exception.StatusCode, "The request cannot be read.", exception.Message);
        }
    }

    private static string ActorOf(HttpContext context)
    {
        var name = QueryReader.Printable(ActionAccess.NameOf(context) ?? $"anonymous at {context.Connection.RemoteIpAddress?.ToString() ?? "an unknown address"}");
        return name.Length <= LongestActor ? name : name[..LongestActor];
    }
}
