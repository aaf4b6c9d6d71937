using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Cenote.HostingTests;

public sealed class StopUnderLoadTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_stop_under_load_finishes_its_requests_and_closes_every_connection(Db db)
    {
        await using var database = await TestDatabase.CreateAsync(db);
        await using var app = HostedApp.Create(database.CreateProvider);
        using var work = new WorkEndpoint();
        work.Map(app, database);
        await app.StartAsync();
        var address = app.Address;
        var pool = app.Pool;
        var clients = new LoadClients(app, 16);
        var load = clients.RunAsync();
        var slow = Enumerable.Range(0, 3).Select(number => app.Client.GetAsync(new Uri(address, $"/work/slow-{number}"))).ToList();
        for (var i = 0; i < slow.Count; i++)
        {
            await work.SlowOne();
        }

        await clients.Busy;
        var stop = app.App.StopAsync();
        await Patience.UntilAsync(() => IsRefusedAsync(address), static isRefused => isRefused);
        Assert.False(stop.IsCompleted);
        work.Open();

        foreach (var response in await Task.WhenAll(slow).Soon())
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            response.Dispose();
        }

        await stop.Soon();
        await load.Soon();
        Assert.Empty(clients.Failed);
        var begun = work.Begun.Order(StringComparer.Ordinal).ToList();
        Assert.Equal(begun, [.. clients.Answered.Concat(["slow-0", "slow-1", "slow-2"]).Order(StringComparer.Ordinal)]);
        Assert.Equal(begun.SelectMany(static id => new[] { $"{id}-first", $"{id}-second" }).Order(StringComparer.Ordinal), (await database.ReadIdsAsync()).Order(StringComparer.Ordinal));
        var statistics = pool.GetStatistics();
        Assert.Equal(0, statistics.Counts.Total);
        Assert.Equal(statistics.ConnectionsOpened, statistics.ConnectionsClosed);
        Assert.True(app.Log.Has(111));
        Assert.False(app.Log.Has(112));
    }

    [Fact]
    public async Task After_the_stop_the_server_has_no_session_left()
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSql);
        var named = new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = $"hosting-{Guid.NewGuid():N}" };
        await using var app = HostedApp.Create(() => database.CreateProvider(named.ConnectionString));
        await app.StartAsync();
        await using var watcher = new NpgsqlConnection(database.ConnectionString);
        await watcher.OpenAsync();
        Assert.Equal(2, await CountSessionsAsync(watcher, named.ApplicationName!));

        await app.App.StopAsync().Soon();

        // The backend of a session that was closed needs a moment to end.
        await Patience.UntilAsync(() => CountSessionsAsync(watcher, named.ApplicationName!), static sessions => sessions == 0);
    }

    private static async Task<long> CountSessionsAsync(NpgsqlConnection watcher, string application)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", watcher) { Parameters = { new() { Value = application } } };
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<bool> IsRefusedAsync(Uri address)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, address.Port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
