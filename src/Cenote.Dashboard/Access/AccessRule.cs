using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Cenote.Dashboard.Access;

/// <summary>
/// Decides whether a request is served: never to a page of another origin, and without authorization to this machine
/// alone.
/// </summary>
internal sealed class AccessRule(IOptions<DashboardOptions> options, IOptions<AntiforgeryOptions> antiforgery)
{
    private readonly DashboardOptions _options = options.Value;
    private readonly OriginRule _origins = new(options.Value.AllowedOrigins);
    private readonly LocalRule _local = new(antiforgery.Value.HeaderName);

    /// <summary>Whether an endpoint with this metadata is served to this machine alone.</summary>
    internal bool IsLocalOnly(EndpointMetadataCollection? metadata) =>
        !_options.AllowAnonymousAccessFromAnywhere && !HasDecisionOfItsOwn(metadata);

    /// <summary>Why the request is not served, and what to do; <see langword="null"/> when it is.</summary>
    internal string? FindRefusal(HttpContext context, bool isPage)
    {
        var isLocalOnly = IsLocalOnly(context.GetEndpoint()?.Metadata);
        return (isLocalOnly ? _local.FindRefusal(context) : null) ?? _origins.FindRefusal(context.Request, isPage, isLocalOnly);
    }

    /// <summary>
    /// Checks for authorization metadata, anonymous access included. The authorization middleware has decided then, and
    /// such an endpoint throws without it.
    /// </summary>
    private static bool HasDecisionOfItsOwn(EndpointMetadataCollection? metadata) =>
        metadata is not null && (metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<IAllowAnonymous>() is not null);
}
