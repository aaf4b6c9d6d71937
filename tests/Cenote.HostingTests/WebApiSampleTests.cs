using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Cenote.HostingTests;

public sealed class WebApiSampleTests
{
    [Fact]
    public async Task The_sample_serves_its_documented_routes_and_drains_on_stop()
    {
        await using var sample = await SampleProcess.StartAsync();
        var client = sample.Client;

        using var placed = await client.PostAsJsonAsync("/orders", new { customer = "Ada", cents = 1999 });
        Assert.Equal(HttpStatusCode.Created, placed.StatusCode);
        var address = placed.Headers.Location!.OriginalString;
        Assert.Equal("Ada", (string?)(await client.GetFromJsonAsync<JsonObject>(address))!["customer"]);

        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(client, $"{address}/ship"));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(client, $"{address}/ship"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, "/orders/77/ship"));
        Assert.True((bool)(await client.GetFromJsonAsync<JsonObject>(address))!["isShipped"]!);

        using var refused = await client.PostAsJsonAsync("/orders", new { customer = " ", cents = 0 });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        var sales = (await client.GetFromJsonAsync<JsonArray>("/sales"))!.Single()!;
        Assert.Equal(("Ada", 1, 1999), ((string?)sales["customer"], (long)sales["orders"]!, (long)sales["cents"]!));

        var pool = (await client.GetFromJsonAsync<JsonObject>("/pools/api/overview"))!["pools"]!.AsArray().Single()!;
        Assert.Equal(("orders", "Running", 8), ((string?)pool["name"], (string?)pool["state"], (int)pool["counts"]!["limit"]!));

        Assert.Equal("Healthy", await client.GetStringAsync("/healthz/live"));
        var health = await client.GetFromJsonAsync<JsonObject>("/healthz/ready");
        Assert.Equal(8, (int)health!["checks"]!["connection_pools"]!["data"]!["orders.limit"]!);

        Assert.Equal(0, await sample.StopAsync());
        Assert.Contains("Pool orders is warm", sample.Output, StringComparison.Ordinal);
        Assert.Contains("Pool orders is drained", sample.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_clients_share_few_connections_by_either_mapper()
    {
        await using var sample = await SampleProcess.StartAsync("--Cenote:Pools:orders:MaxSize=2");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            for (var i = 0; i < 5; i++)
            {
                using var placed = await sample.Client.PostAsJsonAsync("/orders", new { customer = $"customer {number:00}", cents = 100 });
                placed.EnsureSuccessStatusCode();
                await sample.Client.GetFromJsonAsync<JsonArray>("/sales");
            }
        })).Soon();

        var sales = await sample.Client.GetFromJsonAsync<JsonArray>("/sales");
        Assert.Equal(20, sales!.Count);
        Assert.All(sales, customer => Assert.Equal((5, 500), ((long)customer!["orders"]!, (long)customer["cents"]!)));
        Assert.Equal(2, (int)(await sample.Client.GetFromJsonAsync<JsonObject>("/pools/api/overview"))!["pools"]!.AsArray().Single()!["counts"]!["limit"]!);
    }

    [Fact]
    public async Task Clients_of_the_sample_on_replicas_find_their_own_orders()
    {
        await using var primary = await PostgreSqlServer.StartPrimaryAsync();
        await primary.ExecuteAsync("DROP TABLE notes", "GRANT CREATE ON SCHEMA public TO worker");
        await using var replica = await primary.StartReplicaAsync();
        await using var sample = await StartOnReplicasAsync(primary, replica);
        using var stranger = new HttpClient { BaseAddress = sample.Client.BaseAddress };
        await WaitForAsync(replica, "SELECT count(*) FROM pg_class WHERE relname = 'Orders'", 1);
        await replica.PauseReplayAsync();

        // The first client's cookie holds the token of its write.
        using var placed = await sample.Client.PostAsJsonAsync("/orders", new { customer = "Ada", cents = 1999 });
        Assert.Equal(HttpStatusCode.Created, placed.StatusCode);
        var address = placed.Headers.Location!.OriginalString;
        Assert.Equal("Ada", (string?)(await sample.Client.GetFromJsonAsync<JsonObject>(address))!["customer"]);
        Assert.Equal(1999, (long)(await sample.Client.GetFromJsonAsync<JsonArray>("/sales"))!.Single()!["cents"]!);
        using (var missing = await stranger.GetAsync(new Uri(address, UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }

        Assert.Empty((await stranger.GetFromJsonAsync<JsonArray>("/sales"))!);

        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(sample.Client, $"{address}/ship"));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(stranger, $"{address}/ship"));
        Assert.True((bool)(await sample.Client.GetFromJsonAsync<JsonObject>(address))!["isShipped"]!);

        await replica.ResumeReplayAsync();
        await WaitForAsync(replica, """SELECT count(*) FROM "Orders" WHERE "IsShipped" """, 1);
        using var newcomer = new HttpClient { BaseAddress = sample.Client.BaseAddress };
        Assert.True((bool)(await newcomer.GetFromJsonAsync<JsonObject>(address))!["isShipped"]!);
        Assert.Equal(0, await sample.StopAsync());
    }

    [Fact]
    public async Task An_instance_of_the_sample_starts_while_another_one_creates_the_table()
    {
        await using var primary = await PostgreSqlServer.StartPrimaryAsync();
        await primary.ExecuteAsync("DROP TABLE notes", "GRANT CREATE ON SCHEMA public TO worker");
        await using var replica = await primary.StartReplicaAsync();
        await using var other = await primary.OpenAdminAsync();
        await using var creation = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var create = other.CreateCommand();
        create.Transaction = creation;
        create.CommandText =
            """
            CREATE TABLE "Orders" ("Id" bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, "Customer" text NOT NULL, "Cents" bigint NOT NULL, "IsShipped" boolean NOT NULL);
            GRANT ALL ON "Orders" TO worker
            """;
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var starting = StartOnReplicasAsync(primary, replica);
        await WaitForAsync(primary, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'worker' AND wait_event_type = 'Lock' AND query LIKE 'CREATE TABLE%'", 1);
        await creation.CommitAsync(TestContext.Current.CancellationToken);

        await using var sample = await starting;
        using var placed = await sample.Client.PostAsJsonAsync("/orders", new { customer = "Ada", cents = 1999 });
        Assert.Equal(HttpStatusCode.Created, placed.StatusCode);
    }

    private static Task<SampleProcess> StartOnReplicasAsync(PostgreSqlServer primary, PostgreSqlServer replica) => SampleProcess.StartAsync(
        "--environment", "Replicas",
        $"--ConnectionStrings:orders:db1={Text(primary)}",
        $"--ConnectionStrings:orders:db2={Text(replica)}",
        "--Cenote:ReplicaSets:orders:ProbeInterval=00:00:00.1",
        "--Cenote:ReplicaSets:orders:ProbeTimeout=00:01:00",
        "--Cenote:ReplicaSets:orders:MaxLag=infinite",
        $"--TokenSigningKey={Convert.ToBase64String(new byte[32])}");

    private static string Text(PostgreSqlServer server) =>
        new Npgsql.NpgsqlConnectionStringBuilder(server.ConnectionString(server.Port)) { CommandTimeout = 60 }.ConnectionString;

    private static Task WaitForAsync(PostgreSqlServer server, string query, long expected) => Patience.SoonAsync(async () =>
    {
        await using var connection = await server.OpenAdminAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        return await command.ExecuteScalarAsync() is long count && count == expected;
    });

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string address)
    {
        using var response = await client.PostAsync(new Uri(address, UriKind.Relative), content: null);
        return response.StatusCode;
    }
}
