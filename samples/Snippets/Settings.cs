using Cenote;

namespace Snippets;

internal static class Settings
{
    internal static ConnectionPool Create(string connectionString)
    {
        #region options
        var pool = new ConnectionPool(
            new PostgreSqlProvider(connectionString),
            new ConnectionPoolOptions { MinSize = 4, MaxSize = 20, AcquireTimeout = TimeSpan.FromSeconds(5) });
        #endregion
        return pool;
    }
}
