using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cenote.DashboardTests.Site;

/// <summary>Trusts the user name in a header.</summary>
internal sealed class NamedUser(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private const string Header = "Authorization";

    public static void SignIn(HttpRequestMessage request, string user) => request.Headers.TryAddWithoutValidation(Header, Uri.EscapeDataString(user));

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if ((string?)Request.Headers[Header] is not { } header)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var name = Uri.UnescapeDataString(header);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.NameIdentifier, name)], Scheme.Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
    }
}
