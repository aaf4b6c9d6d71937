using System.IO.Compression;
using System.Text;
using Cenote.Cli.Commands;
using Cenote.Cli.Watching;

namespace Cenote.CliTests.Watching;

/// <summary>Whatever an address serves, what is kept of it has a bound, and the message says what is wrong.</summary>
public sealed class EndlessAnswerTests
{
    private const string Json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    private const string Stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private static readonly string Filling = new('x', 64 * 1024);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n\"", "more than 16 MB")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n\"", "more than 16 MB")]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Type: application/problem+json\r\n\r\n\"", "more than 16 MB")]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Type: text/html\r\n\r\n", "500")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: ", "headers")]
    public async Task Answer_without_an_end_is_given_up(string beginning, string expected)
    {
        await using var server = new EndlessServer(beginning, Filling);

        var exception = await AskAsync(server);

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.InRange(server.MostSent, 0, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task Headers_without_an_end_are_given_up()
    {
        await using var server = new EndlessServer("HTTP/1.1 200 OK\r\n", "X-A: b\r\n");

        await AskAsync(server);
    }

    [Theory]
    [InlineData("data: ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("event: overview\n", "data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n")]
    public async Task Event_without_an_end_is_given_up(string beginning, string again)
    {
        await using var server = new EndlessServer(Stream + beginning, string.Concat(Enumerable.Repeat(again, 1_000)));
        using var client = new DashboardClient(OptionsFor(server), TimeProvider.System);
        using var stream = await client.OpenStreamAsync(pool: null, TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<DashboardException>(async () =>
        {
            await foreach (var _ in stream.ReadAsync(TestContext.Current.CancellationToken))
            {
            }
        });

        Assert.Contains("more than 16 MB", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_of_any_length_is_followed_while_its_events_are_small()
    {
        await using var server = new EndlessServer(Stream, string.Concat(Enumerable.Repeat($"data: {Filling}\n\n", 16)));
        using var client = new DashboardClient(OptionsFor(server), TimeProvider.System);
        using var stream = await client.OpenStreamAsync(pool: null, TestContext.Current.CancellationToken);

        var read = 0L;
        await foreach (var item in stream.ReadAsync(TestContext.Current.CancellationToken))
        {
            read += item.Data.Length;
            if (read > 2 * BoundedStream.LargestAnswer)
            {
                break;
            }
        }

        Assert.True(read > 2 * BoundedStream.LargestAnswer);
    }

    [Fact]
    public async Task Answer_that_drips_is_given_up_in_time()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var server = new EndlessServer(Json + "{", "");
        using var client = new DashboardClient(OptionsFor(server), clock);
        var asking = client.GetOverviewAsync(TestContext.Current.CancellationToken);
        Assert.False(asking.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Contains("No answer within 10 s", (await Assert.ThrowsAsync<DashboardException>(() => asking)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_that_is_too_deep_is_not_an_answer_of_a_dashboard()
    {
        var deep = new string('[', 1_000_000);
        await using var server = new EndlessServer($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {deep.Length}\r\n\r\n{deep}", "");

        Assert.Contains("not from a dashboard", (await AskAsync(server)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compressed_answer_is_not_inflated()
    {
        using var small = new MemoryStream();
        await using (var gzip = new GZipStream(small, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var i = 0; i < 1_000; i++)
            {
                await gzip.WriteAsync(Encoding.ASCII.GetBytes(Filling), TestContext.Current.CancellationToken);
            }
        }

        var bytes = Encoding.Latin1.GetString(small.ToArray().Select(b => (byte)(b & 0x7f)).ToArray());
        await using var server = new EndlessServer($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {bytes.Length}\r\n\r\n{bytes}", "");

        Assert.Contains("not from a dashboard", (await AskAsync(server)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Accept-Encoding", Assert.Single(server.Requests), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_redirect_is_reported_and_the_headers_are_not_sent_on()
    {
        await using var other = new EndlessServer(Json, "");
        await using var server = new EndlessServer($"HTTP/1.1 302 Found\r\nLocation: {other.Address}api/overview\r\nContent-Length: 0\r\n\r\n", "");

        var exception = await AskAsync(server, "Authorization");

        Assert.Contains(other.Address.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Contains("s3cret", Assert.Single(server.Requests), StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    private static TopOptions OptionsFor(EndlessServer server, string? header = null) => new()
    {
        Dashboard = server.Address,
        Headers = header is null ? [] : [KeyValuePair.Create(header, "s3cret")],
    };

    private static async Task<DashboardException> AskAsync(EndlessServer server, string? header = null)
    {
        using var client = new DashboardClient(OptionsFor(server, header), TimeProvider.System);
        return await Assert.ThrowsAsync<DashboardException>(() => client.GetOverviewAsync(TestContext.Current.CancellationToken));
    }
}
