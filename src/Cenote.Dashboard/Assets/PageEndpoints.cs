using Cenote.Dashboard.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Cenote.Dashboard.Assets;

/// <summary>Serves the page and what it loads.</summary>
internal sealed class PageEndpoints(PageAssets assets)
{
    /// <summary>
    /// Addresses in the page are relative: without the slash at the end of its own they would lead beside it.
    /// </summary>
    internal Task ServePageAsync(HttpContext context)
    {
        var path = context.Request.PathBase.Add(context.Request.Path).ToUriComponent();
        if (path.EndsWith('/'))
        {
            return assets.Page is { } page ? WriteAsync(context, page, isForEver: false) : throw Missing("The page");
        }

        // Relative, because a proxy in front may have removed an unknown prefix.
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = $"./{path[(path.LastIndexOf('/') + 1)..]}/{context.Request.QueryString.ToUriComponent()}";
        return Task.CompletedTask;
    }

    internal Task ServeAssetAsync(HttpContext context)
    {
        var name = context.GetRouteValue("file") as string ?? "";
        return assets.Files.TryGetValue(name, out var asset)
            ? WriteAsync(context, asset, isForEver: context.Request.Query["v"] == asset.Hash)
            : throw Missing("A file of that name");
    }

    private static async Task WriteAsync(HttpContext context, PageAsset asset, bool isForEver)
    {
        var response = context.Response;
        var tag = new EntityTagHeaderValue($"\"{asset.Hash}\"");
        response.Headers.ETag = tag.ToString();
        response.Headers.CacheControl = isForEver ? "public, max-age=31536000, immutable" : "no-cache";
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = asset.ContentType;
        response.ContentLength = asset.Content.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await response.Body.WriteAsync(asset.Content, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static Refusal Missing(string what) =>
        new(StatusCodes.Status404NotFound, "Not found.", $"{what} is not part of this version of the dashboard. Reload the page.");
}
