namespace Cenote.DashboardTests.Access;

public sealed class OriginTests
{
    private static readonly string[] Routes = ["/pools/api/overview", "/pools/api/session", "/pools/api/stream", "/pools/api/snapshot", "/pools/api/pool?name=x", "/pools/api/nothing", "/pools/assets/app.js"];

    [Theory]
    [InlineData("https://example.org")]
    [InlineData("http://localhost:5081")]
    [InlineData("http://localhost")]
    [InlineData("https://localhost:5080")]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://[::1]:5080")]
    [InlineData("http://localhost:5080/path")]
    [InlineData("http://user@localhost:5080")]
    [InlineData("http://localhost:5080.example.org")]
    [InlineData("ftp://localhost:5080")]
    [InlineData("null")]
    public async Task Page_of_another_scheme_host_or_port_is_refused_on_every_route(string origin)
    {
        foreach (var isSecured in (bool[])[false, true])
        {
            await using var site = await StartAsync(isSecured);
            foreach (var route in Routes)
            {
                await AssertRefusedAsync(site, Request(route, ("Origin", origin)));
            }

            await AssertRefusedAsync(site, Request("/pools/api/actions", HttpMethod.Post, ("Origin", origin)));
        }
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("anything")]
    public async Task Request_that_the_browser_attributes_to_another_page_is_refused(string site)
    {
        foreach (var isSecured in (bool[])[false, true])
        {
            await using var dashboard = await StartAsync(isSecured);
            foreach (var route in Routes.Append("/pools/"))
            {
                await AssertRefusedAsync(dashboard, Request(route, ("Sec-Fetch-Site", site)));
                await AssertRefusedAsync(dashboard, Request(route, ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")));
            }

            await AssertRefusedAsync(dashboard, Request("/pools/api/overview", ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")));
            await AssertRefusedAsync(dashboard, Request("/pools/api/actions", HttpMethod.Post, ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")));
            await AssertRefusedAsync(dashboard, Request("/pools/", HttpMethod.Post, ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")), mayLackRoute: true);
        }
    }

    [Fact]
    public async Task Link_of_another_page_opens_the_dashboard()
    {
        await using var site = await StartAsync(isSecured: false);

        foreach (var address in (string[])["/pools/", "/pools"])
        {
            using var request = Request(address, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"));
            using var response = await site.Client.SendAsync(request).Soon();
            Assert.True((int)response.StatusCode is 200 or 307, address);
        }
    }

    [Theory]
    [InlineData("localhost:5080", "http://localhost:5080", null)]
    [InlineData("localhost:5080", "HTTP://LOCALHOST:5080", "same-origin")]
    [InlineData("localhost", "http://localhost", null)]
    [InlineData("localhost:80", "http://localhost", null)]
    [InlineData("[::1]:5080", "http://[::1]:5080", "same-origin")]
    [InlineData("localhost:5080", null, "same-origin")]
    [InlineData("localhost:5080", null, "none")]
    public async Task Own_page_is_served(string host, string? origin, string? fetchSite)
    {
        await using var site = await StartAsync(isSecured: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/pools/api/overview");
        request.Headers.Host = host;
        _ = origin is null || request.Headers.TryAddWithoutValidation("Origin", origin);
        _ = fetchSite is null || request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", fetchSite);

        using var response = await site.Client.SendAsync(request).Soon();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("pools.example.com", "https", "https://pools.example.com", null, true)] // UseForwardedHeaders told the scheme.
    [InlineData("pools.example.com", "http", "https://pools.example.com", "same-origin", true)] // The proxy ends TLS and tells nothing: the browser knows.
    [InlineData("10.0.0.7:8080", "http", "https://pools.example.com", "same-origin", true)] // The proxy changes the name, too.
    [InlineData("10.0.0.7:8080", "http", "https://pools.example.com", null, false)]
    [InlineData("10.0.0.7:8080", "http", "https://ops.example.com", null, true)] // Allowed by the options.
    [InlineData("10.0.0.7:8080", "http", "https://ops.example.com", "cross-site", true)]
    [InlineData("10.0.0.7:8080", "http", "https://ops.example.com:8443", null, false)]
    [InlineData("10.0.0.7:8080", "http", "http://ops.example.com", null, false)]
    [InlineData("10.0.0.7:8080", "http", "https://pools.example.com", "cross-site", false)]
    public async Task Secured_dashboard_behind_a_proxy_serves_its_public_page(string host, string scheme, string origin, string? fetchSite, bool isServed)
    {
        await using var site = await StartAsync(isSecured: true, options => options.AllowedOrigins.Add("https://ops.example.com"));
        using var request = Request($"{scheme}://{host}/pools/api/overview", ("Origin", origin), ("X-Forwarded-For", "192.0.2.7"));
        request.Headers.Host = host;
        _ = fetchSite is null || request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", fetchSite);

        using var response = await site.Client.SendAsync(request).Soon();

        Assert.Equal(isServed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("ops.example.com")]
    [InlineData("https://ops.example.com/")]
    [InlineData("https://ops.example.com/pools")]
    [InlineData("https://*.example.com:x")]
    [InlineData("null")]
    [InlineData("")]
    public async Task Allowed_origin_that_is_none_stops_the_start(string origin)
    {
        await using var site = new DashboardSite { Configure = options => options.AllowedOrigins.Add(origin) };

        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(site.StartAsync);

        Assert.Contains($"'{origin}'", Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    private static Task<DashboardSite> StartAsync(bool isSecured, Action<DashboardOptions>? configure = null) => new DashboardSite
    {
        Configure = configure,
        Map = app =>
        {
            var dashboard = app.MapCenoteDashboard("/pools");
            _ = isSecured ? dashboard.RequireAuthorization() : dashboard;
        },
    }.StartAsync();

    private static HttpRequestMessage Request(string address, params (string Name, string Value)[] headers) => Request(address, HttpMethod.Get, headers);

    private static HttpRequestMessage Request(string address, HttpMethod method, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.Host = "localhost:5080";
        request.Headers.TryAddWithoutValidation("Authorization", "Ada");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task AssertRefusedAsync(DashboardSite site, HttpRequestMessage request, bool mayLackRoute = false)
    {
        using (request)
        {
            using var response = await site.Client.SendAsync(request).Soon();
            Assert.True(response.StatusCode == HttpStatusCode.Forbidden || (mayLackRoute && response.StatusCode == HttpStatusCode.MethodNotAllowed), $"{request.Method} {request.RequestUri}: {(int)response.StatusCode}");
        }
    }
}
