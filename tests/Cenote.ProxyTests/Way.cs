using System.Globalization;

namespace Cenote.ProxyTests;

/// <summary>The ways to one server that have a column in the table of docs/proxies.md.</summary>
internal sealed class Way(string connectionString, IAsyncDisposable proxy) : IAsyncDisposable
{
    internal const string BouncerSession = "session", BouncerTransaction = "transaction", BouncerStatement = "statement", Pgpool = "pgpool", HaProxy = "haproxy";

    internal string ConnectionString => connectionString;

    internal static async Task<Way> StartAsync(PostgreSqlServer server, string name)
    {
        switch (name)
        {
            case HaProxy:
                var haProxy = await TestServers.HaProxy.StartAsync([(server.Port, "")]);
                return new Way(AdminOf(haProxy.Port), haProxy);
            case Pgpool:
                var pgpool = await TestServers.Pgpool.StartAsync([server], "failover_on_backend_error = off", "failover_on_backend_shutdown = off");
                return new Way(pgpool.ConnectionString("admin"), pgpool);
            default:
                // Since 1.21 PgBouncer can prepare a statement on each session that needs it, and by default does since
                // 1.24. The table is without that; 1.18 has no such setting.
                string[] settings = await PgBouncer.ReadVersionAsync() < new Version(1, 21) ? [] : ["max_prepared_statements = 0"];
                var bouncer = await PgBouncer.StartAsync(server, [$"pool_mode = {name}", .. settings]);
                return new Way(bouncer.ConnectionString, bouncer);
        }
    }

    /// <summary>A client of its own, never pooled.</summary>
    internal async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Stop);
        return connection;
    }

    public ValueTask DisposeAsync() => proxy.DisposeAsync();

    private static string AdminOf(int port) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Database=postgres;Username=admin;SSL Mode=Disable");
}
