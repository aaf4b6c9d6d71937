using Cenote;
using DuckDB.NET.Data;

namespace Snippets;

internal static class AdoNet
{
    internal static ConnectionPool[] Known()
    {
        #region known
        var facts = new ConnectionPool(AdoNetProvider.For(DuckDBClientFactory.Instance, "Data Source=facts.duckdb"));
        var archive = new ConnectionPool(AdoNetProvider.For(
            DuckDBClientFactory.Instance,
            "Data Source=archive.duckdb",
            options => options.ValidationCommand = "SELECT 42")); // what is known of the driver can be changed
        #endregion
        return [facts, archive];
    }

    internal static ConnectionPool DuckDb()
    {
        #region duckdb
        var provider = new AdoNetProvider(DuckDBClientFactory.Instance, "Data Source=shop.duckdb", new AdoNetProviderOptions
        {
            DatabaseSystem = "duckdb",
            RollbackCommand = "ROLLBACK", // for ResetMode.Rollback
            IsNoTransactionFailure = exception => exception.Message.Contains("no transaction is active", StringComparison.Ordinal), // DuckDB refuses to roll back nothing
        });
        #endregion
        return new ConnectionPool(provider);
    }
}
