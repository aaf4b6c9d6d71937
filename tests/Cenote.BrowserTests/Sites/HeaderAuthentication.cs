using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cenote.BrowserTests.Sites;

/// <summary>
/// Believes a header that the visitor's browser adds to every request, as a browser adds cookies: a site that forges a
/// request in that browser has it, too.
/// </summary>
internal sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    internal const string SchemeName = "test";
    internal const string Header = "Authorization";

    /// <summary>The policy that only <see cref="Operator"/> meets.</summary>
    internal const string Policy = "pool-operators";
    internal const string Operator = "olga";
    internal const string Onlooker = "oscar";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Request.Headers.TryGetValue(Header, out var user) || user.Count != 1)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, user[0]!)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }
}
