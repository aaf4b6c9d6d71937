using System.Net;
using Cenote.Providers;
using Cenote.StubDriver;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cenote.HostingTests;

/// <summary>A token of position 8 at a primary that has lost it, and whose history does not show that.</summary>
public sealed class RefusedTokenTests : IAsyncLifetime
{
    private readonly StubReplication _replication = new();
    private readonly SentTokens _sent = new();
    private ReplicaSet _set = null!;
    private WebApplication _app = null!;
    private string _lost = "";

    public async ValueTask InitializeAsync()
    {
        Reach(8);
        _set = new ReplicaSetBuilder("shop")
            .AddPrimary("db1", pool => pool.UseProvider(new StubProvider(new StubDatabase()) { Replication = _replication }).WithSize(1, 2))
            .Configure(static options => options.TokenSigningKeys = [new byte[32]])
            .Build();
        await _set.WaitUntilReadyAsync(Stop).Soon();
        _lost = (await _set.GetTokenAsync(Stop)).ToString();
        Reach(7);
        await _set.ProbeAsync(Stop);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddKeyedSingleton("shop", _set);
        builder.Services.AddHttpClient("next", static client => client.BaseAddress = new Uri("http://127.0.0.1"))
            .AddCausalTokens("shop")
            .ConfigurePrimaryHttpMessageHandler(() => _sent);
        _app = builder.Build();
        _app.Use(static async (HttpContext context, RequestDelegate next) =>
        {
            try
            {
                await next(context);
            }
            catch (CausalTokenException)
            {
                context.Response.StatusCode = (int)HttpStatusCode.Conflict;
            }
        });
        _app.UseCausalReads("shop");
        _app.MapGet("/read", async () => (await _set.RentReadAsync()).Dispose());
        _app.MapGet("/ask/read/ask", async (IHttpClientFactory clients) =>
        {
            using var client = clients.CreateClient("next");
            (await client.GetAsync(new Uri("/", UriKind.Relative))).Dispose();
            using (_set.BeginCausalScope())
            {
                await Assert.ThrowsAsync<CausalTokenException>(async () => await _set.RentReadAsync());
            }

            (await client.GetAsync(new Uri("/", UriKind.Relative))).Dispose();
        });
        await _app.StartAsync(Stop).Soon();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync().Soon();
        await _set.DisposeAsync().Soon();
        _sent.Dispose();
    }

    [Fact]
    public async Task A_refused_token_is_replaced_where_no_history_shows_the_loss()
    {
        using var answer = await AskAsync("/read");

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.False(_set.HasLost(_set.ParseToken(_lost)));
        Assert.Equal("7", PositionOf(answer.Headers.GetValues(CausalReadsOptions.DefaultHeaderName)));
    }

    [Fact]
    public async Task A_token_is_not_passed_on_after_the_application_has_caught_its_refusal()
    {
        using var answer = await AskAsync("/ask/read/ask");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("7", PositionOf(answer.Headers.GetValues(CausalReadsOptions.DefaultHeaderName)));

        // The other service refuses its reads, too, until a refusal has told the application.
        Assert.Equal("8, 7", string.Join(", ", _sent.Tokens.Select(PositionOf)));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private void Reach(long position) => _replication.Say(new ServerStatus { Role = ServerRole.Primary, Position = new StubPosition(position) });

    private string PositionOf(IEnumerable<string> tokens) => _set.ParseToken(Assert.Single(tokens)).Position.ToString();

    private async Task<HttpResponseMessage> AskAsync(string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { CausalReadsOptions.DefaultHeaderName, _lost } } };
        return await client.SendAsync(request, Stop);
    }

    /// <summary>Another service, which answers nothing.</summary>
    private sealed class SentTokens : HttpMessageHandler
    {
        internal List<string[]> Tokens { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Tokens.Add([.. request.Headers.GetValues(CausalReadsOptions.DefaultHeaderName)]);
            return Task.FromResult(new HttpResponseMessage());
        }
    }
}
