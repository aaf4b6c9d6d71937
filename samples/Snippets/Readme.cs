using Cenote;
using Cenote.MySql;
using Cenote.PostgreSql;
using Cenote.Providers;
using Cenote.Sqlite;
using Cenote.SqlServer;
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
        var crm = new ConnectionPool(new SqlServerProvider("Server=db;Database=crm;Integrated Security=true"));
        var cache = new ConnectionPool(new SqliteProvider("Data Source=cache.db"));
        var facts = new ConnectionPool(new AdoNetProvider(DuckDBClientFactory.Instance, "Data Source=facts.duckdb")); // any DbProviderFactory
        #endregion
        return [orders, billing, crm, cache, facts];
    }
}
