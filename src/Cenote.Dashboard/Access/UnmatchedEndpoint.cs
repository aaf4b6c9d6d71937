using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cenote.Dashboard.Access;

/// <summary>
/// Answers what nothing else answers below <c>api/</c>: with the reason, which routing alone does not give.
/// </summary>
/// <param name="methods">The method of each known path below <c>api/</c>.</param>
internal sealed class UnmatchedEndpoint(IReadOnlyDictionary<string, string> methods)
{
    internal Task ServeAsync(HttpContext context)
    {
        var path = (context.GetRouteValue("rest") as string ?? "").TrimEnd('/');
        if (methods.TryGetValue(path, out var method))
        {
            context.Response.Headers.Allow = method;
            throw new Refusal(StatusCodes.Status405MethodNotAllowed, "The method is not allowed.", $"api/{path} takes {method}, not {QueryReader.Shorten(context.Request.Method)}.");
        }

        throw new Refusal(StatusCodes.Status404NotFound, "Not found.", $"api/{QueryReader.Shorten(path)} does not exist. Available: {string.Join(", ", methods.Keys.Select(static known => $"api/{known}"))}.");
    }
}
