using Cenote;

namespace Snippets;

internal static class Sizing
{
    internal static ConnectionPool KeepHeadRoom(string connectionString)
    {
        #region headRoom
        var pool = new ConnectionPoolBuilder()
            .UsePostgreSql(connectionString)
            .WithSize(2, 80)
            .WithMinIdle(10)
            .Build();
        #endregion
        return pool;
    }
}
