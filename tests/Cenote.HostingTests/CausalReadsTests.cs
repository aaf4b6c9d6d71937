using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Cenote.HostingTests;

/// <summary>
/// Two services with a replica set over real streaming replication, whose replica has stopped to replay: what it shows
/// is stale until it goes on.
/// </summary>
public sealed class CausalReadsTests : IAsyncLifetime
{
    private PostgreSqlServer _primary = null!;
    private PostgreSqlServer _replica = null!;
    private Service _orders = null!;
    private Service _billing = null!;

    public async ValueTask InitializeAsync()
    {
        _primary = await PostgreSqlServer.StartPrimaryAsync();
        await _primary.ExecuteAsync("CREATE TABLE remarks (text text)", "GRANT ALL ON remarks TO worker");
        _replica = await _primary.StartReplicaAsync();
        _billing = await Service.StartAsync(_primary, _replica, billing: null);
        _orders = await Service.StartAsync(_primary, _replica, _billing);
        await _replica.PauseReplayAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _orders.DisposeAsync();
        await _billing.DisposeAsync();
        await _replica.DisposeAsync();
        await _primary.DisposeAsync();
    }

    [Fact]
    public async Task A_request_sees_what_an_earlier_one_wrote_by_header_or_cookie()
    {
        using var written = await _orders.Client.PostAsync(new Uri("/notes", UriKind.Relative), content: null, Stop);
        var token = Assert.Single(written.Headers.GetValues(CausalReadsOptions.DefaultHeaderName));
        var cookie = Assert.Single(written.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith($"shop-token={token}; max-age=60; path=/; samesite=lax; httponly", cookie, StringComparison.Ordinal);

        // A request without a token and without a write has no token; with one it passes it on.
        Assert.Null(await _orders.ReadTokenAsync(sent: null));
        Assert.Equal(token, await _billing.ReadTokenAsync(token));

        Assert.Equal("shop/db2: 0", await _orders.ReadAsync("/notes"));
        Assert.Equal("shop/db1: 1", await _orders.ReadAsync("/notes", ("Cenote-Causal-Token", token)));
        Assert.Equal("shop/db1: 1", await _orders.ReadAsync("/notes", ("Cookie", $"shop-token={token}")));
        Assert.Equal("shop/db1: 1", await _billing.ReadAsync("/notes", ("Cenote-Causal-Token", token)));

        // One without its signature.
        Assert.Equal("shop/db2: 0", await _orders.ReadAsync("/notes", ("Cenote-Causal-Token", token[..token.LastIndexOf('.')])));
        Assert.Contains("not signed with one of its keys", await _orders.Log.First(220), StringComparison.Ordinal);

        await _replica.ResumeReplayAsync();
        await Patience.UntilAsync(() => _orders.ReadAsync("/notes", ("Cenote-Causal-Token", token)), static answer => answer == "shop/db2: 1");
    }

    [Fact]
    public async Task Tokens_go_from_one_service_to_the_next_and_back()
    {
        // Written by the other service, read here in the same request.
        Assert.Equal("shop/db1: 1", await _orders.ReadAsync("/through/notes"));

        // Written here, read by the other service in the same request.
        Assert.Equal("shop/db1: 2", await _orders.ReadAsync("/ask/notes"));
    }

    [Fact]
    public async Task A_token_of_a_write_that_a_failover_lost_is_refused_and_then_replaced()
    {
        await _replica.ResumeReplayAsync();
        await _replica.ExecuteAsync("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()");
        await Patience.UntilAsync(CountReceiversAsync, static count => count == 0);
        using var written = await _orders.Client.PostAsync(new Uri("/notes", UriKind.Relative), content: null, Stop);
        var lost = Assert.Single(written.Headers.GetValues(CausalReadsOptions.DefaultHeaderName));
        await _primary.KillAsync();
        await _replica.PromoteAsync();
        Assert.True(await Patience.UntilAsync(() => _orders.Set.Primary?.Name == "db2", Patience.Limit));

        using (var request = new HttpRequestMessage(HttpMethod.Get, "/notes") { Headers = { { "Cookie", $"shop-token={lost}" } } })
        {
            using var refused = await _orders.Client.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        }

        using var again = new HttpRequestMessage(HttpMethod.Post, "/notes") { Headers = { { "Cookie", $"shop-token={lost}" } } };
        using var answer = await _orders.Client.SendAsync(again, Stop);
        var token = Assert.Single(answer.Headers.GetValues(CausalReadsOptions.DefaultHeaderName));
        Assert.True(_orders.Set.HasLost(_orders.Set.ParseToken(lost)));
        Assert.False(_orders.Set.HasLost(_orders.Set.ParseToken(token)));
        Assert.Equal("shop/db2: 1", await _orders.ReadAsync("/notes", ("Cookie", $"shop-token={token}")));
    }

    private async Task<long> CountReceiversAsync()
    {
        await using var admin = await _replica.OpenAdminAsync();
        await using var command = admin.CreateCommand();
        command.CommandText = "SELECT count(*) FROM pg_stat_wal_receiver";
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A service with its own replica set over the same servers.</summary>
    private sealed class Service : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private Service(WebApplication app, LogWatch log)
        {
            (_app, Log) = (app, log);
            Client = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()), Timeout = Patience.Limit };
        }

        internal HttpClient Client { get; }

        internal LogWatch Log { get; }

        internal ReplicaSet Set => _app.Services.GetRequiredKeyedService<ReplicaSet>("shop");

        internal static async Task<Service> StartAsync(PostgreSqlServer primary, PostgreSqlServer replica, Service? billing)
        {
            var log = new LogWatch("Cenote.AspNetCore");
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders().AddProvider(log);
            builder.Services.AddReplicaSet("shop", set => set
                .ConfigurePools(static pool => pool.WithSize(1, 4))
                .AddPrimary("db1", pool => pool.UsePostgreSql(Text(primary)))
                .AddReplica("db2", pool => pool.UsePostgreSql(Text(replica)))
                .Configure(static options =>
                {
                    options.TokenSigningKeys = [new byte[32]];
                    options.ProbeInterval = TimeSpan.FromMilliseconds(100);
                    options.ProbeTimeout = TimeSpan.FromMinutes(1);
                    options.SlowStartDuration = TimeSpan.Zero;
                    options.CausalReadTimeout = TimeSpan.FromMilliseconds(1);
                    options.MaxLag = Timeout.InfiniteTimeSpan;
                }));
            builder.Services.AddConnectionPoolHosting();
            builder.Services.AddHttpClient("billing", client => client.BaseAddress = billing?.Client.BaseAddress).AddCausalTokens("shop");

            var app = builder.Build();
            app.UseCausalReads("shop", static options => options.CookieName = "shop-token");
            app.MapPost("/notes", static async ([FromKeyedServices("shop")] ReplicaSet shop) =>
            {
                await using var connection = await shop.OpenWriteConnectionAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = "INSERT INTO remarks VALUES ('one')";
                await command.ExecuteNonQueryAsync();
            });
            app.MapGet("/notes", static ([FromKeyedServices("shop")] ReplicaSet shop) => CountAsync(shop));
            app.MapGet("/through/notes", static async ([FromKeyedServices("shop")] ReplicaSet shop, IHttpClientFactory clients) =>
            {
                using (shop.BeginCausalScope())
                {
                    using var answer = await clients.CreateClient("billing").PostAsync(new Uri("/notes", UriKind.Relative), content: null);
                    answer.EnsureSuccessStatusCode();
                }

                return await CountAsync(shop);
            });
            app.MapGet("/ask/notes", static async ([FromKeyedServices("shop")] ReplicaSet shop, IHttpClientFactory clients) =>
            {
                await using (var connection = await shop.OpenWriteConnectionAsync())
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = "INSERT INTO remarks VALUES ('one')";
                    await command.ExecuteNonQueryAsync();
                }

                using var nested = shop.BeginCausalScope();
                return await clients.CreateClient("billing").GetStringAsync(new Uri("/notes", UriKind.Relative));
            });
            await app.StartAsync(Stop).Soon();
            var service = new Service(app, log);
            await Patience.UntilAsync(() => service.ReadAsync("/notes"), static answer => answer == "shop/db2: 0");
            return service;
        }

        internal async Task<string?> ReadTokenAsync(string? sent)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/notes") { Headers = { { CausalReadsOptions.DefaultHeaderName, sent } } };
            using var answer = await Client.SendAsync(request, Stop);
            return answer.Headers.TryGetValues(CausalReadsOptions.DefaultHeaderName, out var values) ? Assert.Single(values) : null;
        }

        internal async Task<string> ReadAsync(string path, params IEnumerable<(string Name, string Value)> headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            foreach (var (name, value) in headers)
            {
                request.Headers.Add(name, value);
            }

            using var answer = await Client.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await answer.Content.ReadAsStringAsync(Stop);
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await _app.DisposeAsync().Soon();
        }

        private static string Text(PostgreSqlServer server) =>
            new NpgsqlConnectionStringBuilder(server.ConnectionString(server.Port)) { CommandTimeout = 30 }.ConnectionString;

        private static async Task<string> CountAsync(ReplicaSet shop)
        {
            await using var connection = await shop.OpenReadConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM remarks";
            return FormattableString.Invariant($"{connection.Pool.Name}: {await command.ExecuteScalarAsync()}");
        }
    }
}
