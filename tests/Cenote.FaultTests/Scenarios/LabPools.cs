using Cenote.FaultTests.Clients;
using Cenote.Providers;
using MySqlConnector;
using Npgsql;

namespace Cenote.FaultTests.Scenarios;

/// <summary>The pools under test. All settings but sizes and timeouts are the defaults.</summary>
internal static class LabPools
{
    internal static CenotePool NewPool(DatabaseServer server, int port, Vault vault, TimeSpan deadline) => Wrap(
        server.CreateProvider(port), deadline, _ => new ValueTask<DatabaseCredentials>(new DatabaseCredentials(userName: null, vault.Password)));

    internal static CenotePool NewSqlitePool(SqliteFile file, TimeSpan deadline) => Wrap(file.CreateProvider(), deadline, credentials: null);

    /// <summary>With the same sizes and deadline, for which drivers take whole seconds.</summary>
    internal static DriverPool NewDriverPool(DatabaseServer server, int port, TimeSpan deadline)
    {
        var text = server.PooledConnectionString(port, Promise.MaxSize, (int)deadline.TotalSeconds);
        return server is PostgreSqlServer
            ? new DriverPool("Npgsql", NpgsqlDataSource.Create(text), deadline)
            : new DriverPool("MySqlConnector", new MySqlDataSource(text), deadline);
    }

    private static CenotePool Wrap(DatabaseProvider provider, TimeSpan deadline, Func<CancellationToken, ValueTask<DatabaseCredentials>>? credentials)
    {
        var pool = new ConnectionPool(provider, new ConnectionPoolOptions
        {
            MinSize = Promise.MinSize,
            MaxSize = Promise.MaxSize,
            AcquireTimeout = deadline,
            ConnectTimeout = Promise.ConnectTimeout,
            ValidationTimeout = Promise.ValidationTimeout,
            CredentialsProvider = credentials,
        });
        return new CenotePool(pool, deadline, provider.ClassifyFailure);
    }
}
