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

    internal static ConnectionPool Measure(string connectionString)
    {
        #region measured
        var pool = new ConnectionPoolBuilder()
            .UsePostgreSql(connectionString)
            .WithSize(2, 60)
            .UseSizingPolicy(new MeasuredSizingPolicy())
            .Build();
        #endregion
        return pool;
    }

    internal static ConnectionPool Recommend(string connectionString)
    {
        #region recommend
        var pool = new ConnectionPoolBuilder()
            .UsePostgreSql(connectionString)
            .WithSize(2, 60)
            .UseSizingPolicy(new MeasuredSizingPolicy(new MeasuredSizingOptions { RecommendOnly = true }))
            .Build();
        #endregion
        return pool;
    }
}
