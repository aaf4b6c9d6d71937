namespace Cenote.BrowserTests.Browsing;

/// <summary>Who visits, and with what.</summary>
internal sealed record VisitOptions
{
    /// <summary>
    /// The name that the site's authentication sees; <see langword="null"/> for an anonymous visitor.
    /// </summary>
    public string? User { get; init; }

    public ColorScheme ColorScheme { get; init; } = ColorScheme.Light;

    public int Width { get; init; } = 1280;

    public int Height { get; init; } = 900;

    /// <summary>Where on the site the page is.</summary>
    public string Path { get; init; } = "/pools/";
}
