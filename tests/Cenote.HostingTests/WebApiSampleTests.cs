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

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string address)
    {
        using var response = await client.PostAsync(new Uri(address, UriKind.Relative), content: null);
        return response.StatusCode;
    }
}
