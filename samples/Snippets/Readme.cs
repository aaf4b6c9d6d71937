using Cenote;
using Cenote.MySql;
using Cenote.PostgreSql;
using Cenote.Providers;
using Cenote.Sqlite;
using DuckDB.NET.Data;

namespace Snippets;

internal static class Readme
{
    private enum Mood
    {
        Calm,
        Busy,
    }

    internal static ConnectionPool[] Databases()
    {
        #region databases
        var orders = new ConnectionPool(new PostgreSqlProvider("Host=db;Username=app;Database=shop", builder => builder.MapEnum<Mood>()));
        var billing = new ConnectionPool(new MySqlProvider("Server=db;User ID=app;Database=billing"));
        var cache = new ConnectionPool(new SqliteProvider("Data Source=cache.db"));
        var facts = new ConnectionPool(new AdoNetProvider(DuckDBClientFactory.Instance, "Data Source=facts.duckdb")); // any DbProviderFactory
        #endregion
        return [orders, billing, cache, facts];
    }
}
