using Cenote;
using DuckDB.NET.Data;

namespace Snippets;

internal static class Readme
{
    private enum Mood
    {
        Calm,
        Busy,
    }

    internal static ConnectionPool[] Databases(string ordersConnection, string billingConnection, string crmConnection)
    {
        #region databases
        var orders = new ConnectionPool(new PostgreSqlProvider(ordersConnection, builder => builder.MapEnum<Mood>()));
        var billing = new ConnectionPool(new MySqlProvider(billingConnection));
        var crm = new ConnectionPool(new SqlServerProvider(crmConnection));
        var cache = new ConnectionPool(new SqliteProvider("Data Source=cache.db"));
        var facts = new ConnectionPool(new AdoNetProvider(DuckDBClientFactory.Instance, "Data Source=facts.duckdb")); // any DbProviderFactory
        #endregion
        return [orders, billing, crm, cache, facts];
    }
}
