using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Cenote.ShopTests.Running;

public sealed class RunDashboardTests : IDisposable
{
    private static readonly string[] SmallShop = ["--seconds", "600", "--products", "200", "--customers", "50", "--orders", "300"];

    private readonly HttpClient _viewer = new();

    public void Dispose() => _viewer.Dispose();

    [Fact]
    public async Task Run_serves_its_pools_and_ends_while_a_viewer_watches()
    {
        using var run = ProgramRun.Start([.. SmallShop, "--dashboard"]);
        var address = await AddressAsync(run);
        using var stream = await _viewer.GetAsync(new Uri(address, "api/stream"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        stream.EnsureSuccessStatusCode();
        await using var events = await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);

        var overview = JsonDocument.Parse(await _viewer.GetStringAsync(new Uri(address, "api/overview"), TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal("shop/mixed shop/readers shop/writer", string.Join(' ', overview.At("pools").EnumerateArray().Select(pool => pool.At("name").GetString())));
        Assert.Equal("shop", Assert.Single(overview.At("replicaSets").EnumerateArray()).At("name").GetString());

        run.Interrupt();
        await run.EndAsync();
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("All is well", run.Output);
    }

    [Fact]
    public async Task Port_in_use_is_reported_before_the_run_begins()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        using var run = await ProgramRun.RunAsync([.. SmallShop, "--dashboard", port.ToString()]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"port {port}", run.Errors);
    }

    private static async Task<Uri> AddressAsync(ProgramRun run)
    {
        await run.WaitForLineAsync("Dashboard: http://127.0.0.1:");
        return new Uri(run.Output.Split("Dashboard: ")[1].Trim() + "/");
    }
}
