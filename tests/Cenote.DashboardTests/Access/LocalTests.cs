using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cenote.DashboardTests.Access;

/// <summary>
/// What counts as a request of this machine: with real proxies, and with each sign that proxies leave.
/// </summary>
public sealed class LocalTests
{
    private const string Overview = "/pools/api/overview";

    [Theory]
    [InlineData("HTTP/1.0", "")]
    [InlineData("HTTP/1.0", "CF-Connecting-IP: 192.0.2.7\r\n")]
    [InlineData("HTTP/1.1", "X-Client-IP: 192.0.2.7\r\n")]
    public async Task Proxy_that_keeps_the_local_host_is_refused(string protocol, string added)
    {
        await using var site = await new DashboardSite { OnKestrel = true }.StartAsync();
        var port = site.Client.BaseAddress!.Port;
        await using var relay = new Relay(port, head => head.Replace("HTTP/1.1\r\n", $"{protocol}\r\n{added}Connection: close\r\n", StringComparison.Ordinal));

        var answer = await ThroughAsync(relay, $"127.0.0.1:{port}");

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains(protocol == "HTTP/1.0" ? protocol : "X-Client-IP", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_that_passes_on_what_came_unchanged_is_refused_for_its_port()
    {
        await using var site = await new DashboardSite { OnKestrel = true }.StartAsync();
        await using var relay = new Relay(site.Client.BaseAddress!.Port, head => head.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal));

        var answer = await ThroughAsync(relay, $"127.0.0.1:{relay.Port}");

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("port", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Forwarded", "for=192.0.2.7")]
    [InlineData("CF-Connecting-IP", "192.0.2.7")]
    [InlineData("CF-Ray", "1")]
    [InlineData("True-Client-IP", "192.0.2.7")]
    [InlineData("Fly-Client-IP", "192.0.2.7")]
    [InlineData("Fastly-Client-IP", "192.0.2.7")]
    [InlineData("X-Client-IP", "192.0.2.7")]
    [InlineData("X-Cluster-Client-IP", "192.0.2.7")]
    [InlineData("X-Envoy-External-Address", "192.0.2.7")]
    [InlineData("X-Azure-ClientIP", "192.0.2.7")]
    [InlineData("X-Appengine-User-IP", "192.0.2.7")]
    [InlineData("X-ProxyUser-Ip", "192.0.2.7")]
    [InlineData("Client-IP", "192.0.2.7")]
    [InlineData("X-Request-ID", "1")]
    [InlineData("X-Amzn-Trace-Id", "1")]
    [InlineData("Remote-Addr", "127.0.0.1")]
    [InlineData("MS-ASPNETCORE-TOKEN", "1")]
    [InlineData("X-Never-Heard-Of", "1")]
    public async Task Header_that_no_browser_sends_is_refused(string name, string value)
    {
        await using var site = await new DashboardSite().StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Overview) { Headers = { { name, value } } };

        var (status, problem) = await site.RefusedAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains(name, problem.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("192.0.2.7", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_of_a_browser_are_served()
    {
        await using var site = await new DashboardSite { OnKestrel = true }.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Overview);
        foreach (var (name, value) in ((string, string)[])
        [
            ("Accept", "application/json"), ("Accept-Encoding", "gzip, deflate, br, zstd"), ("Accept-Language", "de"), ("Cache-Control", "no-cache"), ("Pragma", "no-cache"),
            ("Cookie", "a=b"), ("DNT", "1"), ("Referer", "http://localhost/"), ("Sec-Fetch-Dest", "empty"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Site", "same-origin"),
            ("sec-ch-ua", "\"Chromium\""), ("Sec-GPC", "1"), ("Priority", "u=1, i"), ("Upgrade-Insecure-Requests", "1"), ("User-Agent", "Mozilla/5.0"),
        ])
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await site.Client.SendAsync(request).Soon();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Address_that_middleware_takes_from_a_proxy_is_not_believed(string claimed)
    {
        await using var site = await new DashboardSite
        {
            OnKestrel = true,
            Map = app =>
            {
                // A proxy that names its client in a header of its own, which middleware reads and removes.
                app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardedForHeaderName = "X-Their-Client", OriginalForHeaderName = "Accept-Charset" });
                app.UseRouting();
                app.MapCenoteDashboard("/pools");
            },
        }.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Overview) { Headers = { { "X-Their-Client", claimed } } };

        var (status, problem) = await site.RefusedAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("proxy", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_over_a_unix_socket_is_refused()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("cenote-").FullName, "app.sock");
        try
        {
            await using var site = await new DashboardSite { OnKestrel = true, Listen = kestrel => kestrel.ListenUnixSocket(path) }.StartAsync();
            using var handler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, end) =>
                {
                    var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                    await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(path), end);
                    return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
                },
            };
            using var client = new HttpClient(handler);

            using var response = await client.GetAsync(new Uri("http://localhost/pools/api/overview")).Soon();

            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public async Task Http_2_of_this_machine_is_served_and_that_of_a_proxy_is_not()
    {
        await using var site = await new DashboardSite
        {
            OnKestrel = true,
            Listen = kestrel => kestrel.Listen(IPAddress.IPv6Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2),
        }.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await OverHttp2Async(site, "accept-language"));
        Assert.Equal(HttpStatusCode.Forbidden, await OverHttp2Async(site, "x-envoy-external-address"));
    }

    private static async Task<HttpStatusCode> OverHttp2Async(DashboardSite site, string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Overview) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Headers = { { header, "de" } } };
        using var response = await site.Client.SendAsync(request).Soon();
        return response.StatusCode;
    }

    private static async Task<(HttpStatusCode Status, string Text)> ThroughAsync(Relay relay, string host)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(FormattableString.Invariant($"http://127.0.0.1:{relay.Port}{Overview}")));
        request.Headers.Host = host;
        using var response = await client.SendAsync(request).Soon();
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
