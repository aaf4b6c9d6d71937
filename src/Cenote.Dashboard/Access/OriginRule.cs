using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cenote.Dashboard.Access;

/// <summary>
/// Refuses requests that pages of other origins make in a viewer's browser. An application may let scripts of other
/// origins read its answers, with the viewer's cookies (CORS); that does not include the dashboard.
/// </summary>
/// <remarks>
/// A browser states in <c>Sec-Fetch-Site</c> which page asks, and no script can change it, but it sends it only to
/// https and to this machine. <c>Origin</c> is older: it is missing in requests of the own page that only read. A
/// client without both is not a browser, so it cannot be misused.
/// </remarks>
internal sealed class OriginRule(IEnumerable<string> allowedOrigins)
{
    private const string Recommendation =
        "If this is the dashboard's own page behind a proxy, let the proxy pass the Host header on and call UseForwardedHeaders(), or add the page's origin to DashboardOptions.AllowedOrigins.";

    private readonly HashSet<string> _allowed = [.. allowedOrigins.Select(Normalize).OfType<string>()];

    /// <summary>
    /// An origin in its one spelling; <see langword="null"/> when the text is not <c>http(s)://host[:port]</c>.
    /// </summary>
    internal static string? Normalize(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.UserInfo.Length == 0 && uri.PathAndQuery == "/" && uri.Fragment.Length == 0
        && !text!.EndsWith('/')
            ? FormattableString.Invariant($"{uri.Scheme}://{uri.IdnHost}:{uri.Port}")
            : null;

    /// <param name="request">The request.</param>
    /// <param name="isPage">Whether it is for the page itself, to which other pages may link.</param>
    /// <param name="isLocalOnly">Whether nothing but the request itself shows who asks.</param>
    internal string? FindRefusal(HttpRequest request, bool isPage, bool isLocalOnly)
    {
        var origins = request.Headers.Origin;
        if (origins.Count > 0 && origins.All(origin => Normalize(origin) is { } known && _allowed.Contains(known)))
        {
            return null;
        }

        var site = request.Headers["Sec-Fetch-Site"];
        var isOwnSite = site is ["same-origin"] or ["none"];
        if (site.Count > 0 && !isOwnSite && !(isPage && IsLink(request)))
        {
            return $"The dashboard is served only to its own page, and the header Sec-Fetch-Site is '{QueryReader.Shorten(site.ToString())}'. {Recommendation}";
        }

        // Behind a proxy that changes the Host header only the browser knows that the origins are the same.
        if (origins.Count == 0 || (isOwnSite && !isLocalOnly) || IsOwn(request, origins))
        {
            return null;
        }

        return $"The dashboard is served only to its own page: scheme, host and port of the header Origin ('{QueryReader.Shorten(origins.ToString())}') must be those of the request. {Recommendation}";
    }

    private static bool IsOwn(HttpRequest request, StringValues origins)
    {
        var own = Normalize($"{request.Scheme}://{request.Host.ToUriComponent()}");
        return own is not null && origins.All(origin => Normalize(origin) == own);
    }

    /// <summary>A click on a link, or a sign-in page that leads back. Neither can read what it opens.</summary>
    private static bool IsLink(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers["Sec-Fetch-Mode"] is ["navigate"]
        && request.Headers["Sec-Fetch-Dest"] is ["document"];
}
