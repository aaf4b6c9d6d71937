using Cenote.Shop.Database;
using Cenote.Shop.Instances;
using Npgsql;

namespace Cenote.SharedBudgetTests.Lab;

/// <summary>
/// Instances in processes of their own on a real PostgreSQL and a real Redis. Each one reaches both through
/// relays of its own, which may fall silent.
/// </summary>
internal sealed class FleetLab : IAsyncDisposable
{
    internal const int Budget = 48;

    private readonly LabInstance[] _instances;
    private readonly InstanceSettings _settings;

    private FleetLab(InstanceSettings settings, RedisServer redis, ServerWatch watch)
    {
        (_settings, Redis, Watch) = (settings, redis, watch);
        _instances = new LabInstance[settings.Instances];
    }

    internal RedisServer Redis { get; }

    internal ServerWatch Watch { get; }

    internal IReadOnlyList<LabInstance> All => _instances;

    internal static async Task<FleetLab> BeginAsync(int instances)
    {
        var redis = await RedisServer.StartNewAsync();
        var settings = new InstanceSettings
        {
            Name = "",
            Provider = ShopProvider.PostgreSql,
            Connection = RealServers.PostgreSqlOrdinary,
            MaxConnections = Budget,
            Instances = instances,
            GuaranteedConnections = 2,
        }.WithName($"lab {Guid.NewGuid().ToString("N")[..8]}");
        var lab = new FleetLab(settings, redis, await ServerWatch.StartAsync(settings, RealServers.PostgreSql, TimeProvider.System));
        await Task.WhenAll(Enumerable.Range(0, instances).Select(lab.StartAsync));
        return lab;
    }

    /// <summary>Starts an instance in the place of one that is gone.</summary>
    internal async Task StartAsync(int number)
    {
        var database = new NpgsqlConnectionStringBuilder(_settings.Connection);
        var (redisRelay, databaseRelay) = (Relay.Start(Redis.Port), Relay.Start(database.Port));
        (database.Host, database.Port) = ("127.0.0.1", databaseRelay.Port);
        var process = await InstanceProcess.StartAsync(_settings with
        {
            Connection = database.ConnectionString,
            Redis = FormattableString.Invariant($"127.0.0.1:{redisRelay.Port},abortConnect=false"),
        });
        _instances[number] = new LabInstance(process, redisRelay, databaseRelay);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_instances.Where(static instance => instance is not null).Select(static instance => instance.DisposeAsync().AsTask()));
        await Watch.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
