namespace Cenote.ProxyTests;

/// <summary>The PostgreSQL server that the tests of a class share, and proxies in front of it.</summary>
public sealed class Bouncers : IAsyncLifetime
{
    private readonly Dictionary<string, Way> _ways = new(StringComparer.Ordinal);

    internal PostgreSqlServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgreSqlServer.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var way in _ways.Values)
        {
            await way.DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    /// <summary>Returns a proxy that the tests of a class share, for tests that leave no session behind.</summary>
    internal async Task<Way> ShareAsync(string name)
    {
        if (!_ways.TryGetValue(name, out var way))
        {
            _ways.Add(name, way = await Way.StartAsync(Server, name));
        }

        return way;
    }


    /// <summary>
    /// Starts a proxy, which the caller disposes of: its idle connections count at the server that the tests of a class
    /// share.
    /// </summary>
    internal Task<PgBouncer> StartAsync(params string[] settings) => PgBouncer.StartAsync(Server, settings);

    internal static ConnectionPool NewPool(string connectionString, Action<ConnectionPoolOptions>? configure = null, Microsoft.Extensions.Logging.ILoggerFactory? logs = null)
    {
        var builder = new ConnectionPoolBuilder().UsePostgreSql(connectionString).Configure(options =>
        {
            (options.MinSize, options.MaxSize) = (0, 4);
            configure?.Invoke(options);
        });
        return (logs is null ? builder : builder.UseLoggerFactory(logs)).Build();
    }
}
