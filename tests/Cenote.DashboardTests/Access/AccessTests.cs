namespace Cenote.DashboardTests.Access;

public sealed class AccessTests
{
    private const string Overview = "/pools/api/overview";

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.7", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1")]
    public async Task This_machine_is_served_without_authorization(string remote, string local)
    {
        await using var site = await new DashboardSite { Remote = IPAddress.Parse(remote), Local = IPAddress.Parse(local) }.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(site, Overview));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(site, "/pools/"));
    }

    [Theory]
    [InlineData("192.0.2.7", "127.0.0.1")]
    [InlineData("127.0.0.1", "192.0.2.1")]
    [InlineData("2001:db8::7", "2001:db8::1")]
    [InlineData(null, "127.0.0.1")]
    [InlineData("127.0.0.1", null)]
    public async Task Others_are_refused_with_the_way_to_access_on_every_route(string? remote, string? local)
    {
        await using var site = await new DashboardSite
        {
            Remote = remote is null ? null : IPAddress.Parse(remote),
            Local = local is null ? null : IPAddress.Parse(local),
        }.StartAsync();

        foreach (var route in (string[])["/pools", "/pools/", "/pools/assets/app.js", Overview, "/pools/api/session", "/pools/api/stream", "/pools/api/snapshot", "/pools/api/pool?name=x", "/pools/api/history?pool=x&seconds=60", "/pools/api/replica-set?name=x", "/pools/api/nothing"])
        {
            var (status, problem) = await site.RefusedAsync(route);
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Contains("RequireAuthorization", problem.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await site.RefusedAsync(new HttpRequestMessage(HttpMethod.Post, "/pools/api/actions"))).Status);
    }

    [Theory]
    [InlineData("Forwarded", "for=192.0.2.7")]
    [InlineData("X-Forwarded-For", "192.0.2.7")]
    [InlineData("x-forwarded-host", "example.org")]
    [InlineData("X-Original-For", "127.0.0.1:4711")]
    [InlineData("X-Real-IP", "192.0.2.7")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("Origin", "https://example.org")]
    [InlineData("Origin", "null")]
    public async Task What_a_proxy_passes_on_or_a_foreign_page_asks_for_does_not_count_as_this_machine(string header, string value)
    {
        await using var site = await new DashboardSite().StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Overview) { Headers = { { header, value } } };

        var (status, problem) = await site.RefusedAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains(header, problem.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example:80", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("localhost:8080", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1:5080", true)]
    [InlineData("[::1]:5080", true)]
    [InlineData("127.0.0.2:5080", true)]
    [InlineData("shop.dev.localhost:5080", true)]
    [InlineData("127.1", false)]
    [InlineData("2130706433", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("xlocalhost", false)]
    public async Task A_foreign_name_that_leads_here_is_not_served(string host, bool isServed)
    {
        await using var site = await new DashboardSite().StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Overview);
        request.Headers.Host = host;
        using var response = await site.Client.SendAsync(request).Soon();

        Assert.Equal(isServed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task With_authorization_it_is_served_anywhere_to_authorized_users()
    {
        await using var site = await new DashboardSite { Remote = IPAddress.Parse("192.0.2.7"), Map = app => app.MapCenoteDashboard().RequireAuthorization() }.StartAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(site, Overview));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(site, "/pools/"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(site, Overview, "Ada"));
    }

    [Fact]
    public async Task Authorization_of_the_group_around_it_counts()
    {
        await using var site = await new DashboardSite
        {
            Remote = IPAddress.Parse("192.0.2.7"),
            Map = app => app.MapGroup("/admin").RequireAuthorization("operators").MapCenoteDashboard("/db"),
        }.StartAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(site, "/admin/db/api/overview"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(site, "/admin/db/api/overview", "Ada"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(site, "/admin/db/api/overview", "ops"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Anonymous_access_in_so_many_words_is_served_anywhere(bool byOption)
    {
        await using var site = await new DashboardSite
        {
            Remote = IPAddress.Parse("192.0.2.7"),
            Configure = options => options.AllowAnonymousAccessFromAnywhere = byOption,
            Map = app =>
            {
                var dashboard = app.MapCenoteDashboard();
                _ = byOption ? dashboard : dashboard.AllowAnonymous();
            },
        }.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(site, Overview));
    }

    [Fact]
    public async Task A_real_server_on_loopback_serves_this_machine()
    {
        await using var site = await new DashboardSite { OnKestrel = true }.StartAsync();
        site.AddPool();
        site.Tick();

        Assert.Equal("orders", Assert.Single((await site.OverviewAsync()).Pools).Name);
        using var ownPage = new HttpRequestMessage(HttpMethod.Get, Overview) { Headers = { { "Origin", site.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) } } };
        using var served = await site.Client.SendAsync(ownPage).Soon();
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        using var proxied = new HttpRequestMessage(HttpMethod.Get, Overview) { Headers = { { "X-Forwarded-For", "192.0.2.7" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await site.RefusedAsync(proxied)).Status);
    }

    private static async Task<HttpStatusCode> StatusAsync(DashboardSite site, string address, string? user = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (user is not null)
        {
            NamedUser.SignIn(request, user);
        }

        using var response = await site.Client.SendAsync(request).Soon();
        return response.StatusCode;
    }
}
