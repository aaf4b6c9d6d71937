using System.Security.Cryptography;
using System.Text;

namespace Cenote.Dashboard.Assets;

/// <summary>
/// The files of the page, which are inside the assembly: no path of a request ever reaches a file system.
/// </summary>
internal sealed class PageAssets
{
    private const string Prefix = "page/";
    private const string PageName = "index.html";

    private readonly Dictionary<string, PageAsset> _assets = new(StringComparer.Ordinal);

    public PageAssets()
    {
        var assembly = typeof(PageAssets).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);

            // Built on Windows, a folder in the name ends in a backslash.
            var name = resource[Prefix.Length..].Replace('\\', '/');
            _assets[name] = Make(content.ToArray(), name);
        }

        if (_assets.Remove(PageName, out var page))
        {
            Page = Make(Encoding.UTF8.GetBytes(WithVersions(Encoding.UTF8.GetString(page.Content))), PageName);
        }
    }

    /// <summary>The page itself; <see langword="null"/> in a build without it.</summary>
    internal PageAsset? Page { get; }

    /// <summary>What the page loads, by its path below <c>assets/</c>.</summary>
    internal IReadOnlyDictionary<string, PageAsset> Files => _assets;

    /// <summary>
    /// Addresses that change with their content may be kept for ever, and a new version is never mixed with an old one.
    /// </summary>
    private string WithVersions(string html) => _assets.Aggregate(html, static (text, asset) =>
        text.Replace($"\"assets/{asset.Key}\"", $"\"assets/{asset.Key}?v={asset.Value.Hash}\"", StringComparison.Ordinal));

    private static PageAsset Make(byte[] content, string name) =>
        new(content, ContentTypeOf(name), Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8)));

    private static string ContentTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".ico" => "image/x-icon",
        ".json" => "application/json",
        _ => "text/plain; charset=utf-8",
    };
}
