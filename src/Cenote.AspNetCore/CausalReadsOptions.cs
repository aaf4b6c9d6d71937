namespace Cenote;

/// <summary>
/// How requests and answers carry the token of their writes. Read once, where the middleware is added.
/// </summary>
public sealed class CausalReadsOptions
{
    /// <summary>The default name of the header.</summary>
    public const string DefaultHeaderName = "Cenote-Causal-Token";

    /// <summary>
    /// Gets or sets the name of the header with the token, in requests and in answers. Give each set its own.
    /// </summary>
    /// <value>Default <see cref="DefaultHeaderName"/>.</value>
    public string HeaderName { get; set; } = DefaultHeaderName;

    /// <summary>
    /// Gets or sets the name of a cookie with the token, for browsers: the next page sees what the last one wrote.
    /// </summary>
    /// <value>Default <see langword="null"/>: no cookie. The cookie is <c>HttpOnly</c>, <c>SameSite=Lax</c>, and
    /// <c>Secure</c> over HTTPS.</value>
    public string? CookieName { get; set; }

    /// <summary>Gets or sets how long a browser keeps the cookie.</summary>
    /// <value>Default 1 min. Range 1 s to 1 day. Longer than replicas are behind.</value>
    public TimeSpan CookieMaxAge { get; set; } = TimeSpan.FromMinutes(1);
}
