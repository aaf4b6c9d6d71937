using System.Net;
using Cenote.Providers;
using Cenote.StubDriver;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cenote.HostingTests;

public sealed class RefusedTokenTests
{
    [Fact]
    public async Task A_refused_token_is_replaced_where_no_history_shows_the_loss()
    {
        var replication = new StubReplication();
        Reach(8);
        await using var set = new ReplicaSetBuilder("shop")
            .AddPrimary("db1", pool => pool.UseProvider(new StubProvider(new StubDatabase()) { Replication = replication }).WithSize(1, 2))
            .Configure(static options => options.TokenSigningKeys = [new byte[32]])
            .Build();
        await set.WaitUntilReadyAsync(TestContext.Current.CancellationToken).Soon();
        var lost = await set.GetTokenAsync(TestContext.Current.CancellationToken);
        Reach(7);
        await set.ProbeAsync(TestContext.Current.CancellationToken);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddKeyedSingleton("shop", set);
        await using var app = builder.Build();
        app.Use(static async (HttpContext context, RequestDelegate next) =>
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
        app.UseCausalReads("shop");
        app.MapGet("/", async () => (await set.RentReadAsync()).Dispose());
        await app.StartAsync(TestContext.Current.CancellationToken).Soon();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { CausalReadsOptions.DefaultHeaderName, lost.ToString() } } };

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.False(set.HasLost(lost));
        var token = set.ParseToken(Assert.Single(answer.Headers.GetValues(CausalReadsOptions.DefaultHeaderName)));
        Assert.Equal("7", token.Position.ToString());

        void Reach(long position) => replication.Say(new ServerStatus { Role = ServerRole.Primary, Position = new StubPosition(position) });
    }
}
