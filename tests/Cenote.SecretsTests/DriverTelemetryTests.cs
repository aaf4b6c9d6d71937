using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MySqlConnector;

namespace Cenote.SecretsTests;

/// <summary>
/// What the drivers themselves measure of a pool's connections carries the pool's name, on the real servers that ./test
/// starts.
/// </summary>
public sealed class DriverTelemetryTests
{
    [Fact]
    public async Task MySqlConnector_names_its_metrics_by_the_pool()
    {
        var server = new MySqlConnectionStringBuilder(RealServers.MySql);
        await ExpectAsync("MySqlConnector", new MySqlProvider(server.ConnectionString), $"Port={server.Port}");
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Npgsql_names_its_metrics_by_the_pool(SessionReset clearing)
    {
        var server = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql);
        await ExpectAsync("Npgsql", new PostgreSqlProvider(server.ConnectionString), $"Port={server.Port};Database={server.Database}", clearing);
    }

    [Fact]
    public async Task A_name_that_the_application_gives_the_driver_stays()
    {
        var server = new MySqlConnectionStringBuilder(RealServers.MySql);
        var names = await NamesAsync("MySqlConnector", new MySqlProvider(server.ConnectionString, builder => builder.UseName("own name")), "a pool", clearing: null);
        Assert.Contains(names, static name => name == "own name");
    }

    private static async Task ExpectAsync(string meter, DatabaseProvider provider, string ofConnectionString, SessionReset? clearing = null)
    {
        var pool = $"telemetry of {meter} {clearing}";
        var names = await NamesAsync(meter, provider, pool, clearing);
        Assert.Contains(names, name => name == pool);
        Assert.DoesNotContain(names, name => name.Contains(ofConnectionString, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<IReadOnlyCollection<string>> NamesAsync(string meter, DatabaseProvider provider, string pool, SessionReset? clearing)
    {
        var names = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == meter)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Note(tags));
        listener.SetMeasurementEventCallback<int>((_, _, tags, _) => Note(tags));
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Note(tags));
        listener.Start();
        await using (var source = new ConnectionPool(provider, new ConnectionPoolOptions { Name = pool, MinSize = 0, SessionReset = clearing }))
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync();
            listener.RecordObservableInstruments();
        }

        return [.. names.Keys];

        void Note(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (name, value) in tags)
            {
                if (name.EndsWith("pool.name", StringComparison.Ordinal) && value is string text)
                {
                    names[text] = true;
                }
            }
        }
    }
}
