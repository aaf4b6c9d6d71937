namespace Cenote.DashboardTests.Access;

public sealed class PageTests
{
    [Theory]
    [InlineData("/pools", "./pools/")]
    [InlineData("/pools?pool=a%20b", "./pools/?pool=a%20b")]
    public async Task The_page_without_its_slash_leads_to_the_one_with_it_whatever_a_proxy_took_off(string address, string location)
    {
        await using var site = await new DashboardSite().StartAsync();

        using var response = await site.Client.GetAsync(new Uri(address, UriKind.Relative)).Soon();

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal(location, response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_path_base_and_a_group_are_kept()
    {
        await using var site = await new DashboardSite
        {
            Map = app =>
            {
                app.UsePathBase("/base");
                app.UseRouting();
                app.MapGroup("/admin").MapCenoteDashboard("/");
            },
        }.StartAsync();

        using var redirect = await site.Client.GetAsync(new Uri("/base/admin", UriKind.Relative)).Soon();
        Assert.Equal("./admin/", redirect.Headers.Location!.OriginalString);
        using var page = await site.Client.GetAsync(new Uri("/base/admin/", UriKind.Relative)).Soon();
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Every_answer_forbids_what_the_page_does_not_need()
    {
        await using var site = await new DashboardSite().StartAsync();
        foreach (var address in (string[])["/pools", "/pools/", "/pools/assets/app.js", "/pools/assets/none", "/pools/api/overview", "/pools/api/pool", "/pools/api/none"])
        {
            using var response = await site.Client.GetAsync(new Uri(address, UriKind.Relative)).Soon();

            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        }
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere_and_all_that_it_names_is_there()
    {
        await using var site = await new DashboardSite().StartAsync();
        var html = await site.Client.GetStringAsync(new Uri("/pools/", UriKind.Relative)).Soon();

        var addresses = System.Text.RegularExpressions.Regex.Matches(html, "(?:src|href)=\"(?!#)(?<address>[^\"]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10)).Select(match => match.Groups["address"].Value).ToList();

        Assert.NotEmpty(addresses);
        foreach (var address in addresses)
        {
            Assert.False(address.Contains(':', StringComparison.Ordinal) || address.StartsWith('/'), address);
            using var response = await site.Client.GetAsync(new Uri("/pools/" + address, UriKind.Relative)).Soon();
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(address.StartsWith("assets/", StringComparison.Ordinal), response.Headers.CacheControl!.ToString().Contains("immutable", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_page_brings_the_explanation_of_every_finding()
    {
        await using var site = await new DashboardSite().StartAsync();
        var text = await site.Client.GetStringAsync(new Uri("/pools/assets/help/monitoring.md", UriKind.Relative)).Soon();
        var anchors = text.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..].Trim().ToLowerInvariant().Replace(' ', '-')).ToList();

        Assert.All(Enum.GetValues<FindingKind>(), kind => Assert.Contains(new Finding(kind, DiagnosisLevel.Degraded, "", "", "").HelpLink.Split('#')[1], anchors, StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_browser_has_already_is_not_sent_again()
    {
        await using var site = await new DashboardSite().StartAsync();
        var address = new Uri("/pools/assets/app.js", UriKind.Relative);
        using var first = await site.Client.GetAsync(address).Soon();
        using var again = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "If-None-Match", first.Headers.ETag!.ToString() } } };

        using var second = await site.Client.SendAsync(again).Soon();

        Assert.Equal("no-cache", first.Headers.CacheControl!.ToString());
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/pools/assets/../index.html")]
    [InlineData("/pools/assets/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/pools/assets/..%2f..%2fetc%2fpasswd")]
    [InlineData("/pools/assets/")]
    public async Task Nothing_but_the_page_s_own_files_is_served(string address)
    {
        await using var site = await new DashboardSite().StartAsync();

        using var response = await site.Client.GetAsync(new Uri(address, UriKind.Relative)).Soon();

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
