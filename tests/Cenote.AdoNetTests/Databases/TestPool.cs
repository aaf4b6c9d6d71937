using Cenote.Providers;

namespace Cenote.AdoNetTests.Databases;

/// <summary>
/// Pools over real databases. Of one connection unless asked otherwise, so that the next holder gets the same session.
/// </summary>
internal static class TestPool
{
    public static ConnectionPool Create(Db db, int maxSize = 1, Action<ConnectionPoolOptions>? configure = null) =>
        Create(CreateProvider(db), db, maxSize, configure);

    public static ConnectionPool Create(DatabaseProvider provider, Db db, int maxSize = 1, Action<ConnectionPoolOptions>? configure = null)
    {
        var options = new ConnectionPoolOptions
        {
            MinSize = 0,
            MaxSize = maxSize,
            SessionReset = db switch
            {
                Db.PostgreSqlOwnReset => SessionReset.ByPool,
                Db.PostgreSqlDriverReset => SessionReset.ByDriver,
                _ => null,
            },
        };
        configure?.Invoke(options);
        return new ConnectionPool(provider, options);
    }

    public static DatabaseProvider CreateProvider(Db db) => db switch
    {
        Db.Sqlite => new SqliteProvider($"Data Source=adonet-{Guid.NewGuid():N};Mode=Memory;Cache=Shared"),
        Db.MariaDb => new MySqlProvider(RealServers.MySql),
        _ => new PostgreSqlProvider(RealServers.PostgreSql),
    };
}
