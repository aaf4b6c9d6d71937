using Cenote.PostgreSql;

namespace Cenote.ProxyTests;

/// <summary>The PostgreSQL server that the tests of a class share, and proxies before it.</summary>
public sealed class Bouncers : IAsyncLifetime
{
    private readonly List<PgBouncer> _bouncers = [];

    internal PostgreSqlServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgreSqlServer.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var bouncer in _bouncers)
        {
            await bouncer.DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    internal async Task<PgBouncer> StartAsync(params string[] settings)
    {
        var bouncer = await PgBouncer.StartAsync(Server, settings);
        lock (_bouncers)
        {
            _bouncers.Add(bouncer);
        }

        return bouncer;
    }

    internal static ConnectionPool NewPool(string connectionString, Action<ConnectionPoolOptions>? configure = null, Microsoft.Extensions.Logging.ILoggerFactory? logs = null)
    {
        var builder = new ConnectionPoolBuilder().UsePostgreSql(connectionString).Configure(options =>
        {
            (options.MinSize, options.MaxSize) = (0, 4);
            configure?.Invoke(options);
        });
        return (logs is null ? builder : builder.LoggingTo(logs)).Build();
    }
}
