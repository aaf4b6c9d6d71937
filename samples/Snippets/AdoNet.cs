using Cenote;
using DuckDB.NET.Data;

namespace Snippets;

internal static class AdoNet
{
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
