namespace Cenote.FaultTests.Scenarios;

/// <summary>What must be true of an unused pool, some time after a fault.</summary>
internal static class RestCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <returns>Connections that could not be accounted for.</returns>
    internal static async Task<int> RunAsync(ConnectionPool pool, DatabaseServer? server, List<string> problems)
    {
        await Patience.UntilAsync(() => IsAtRest(pool.GetStatistics().Counts), Limit);
        var statistics = pool.GetStatistics();
        var counts = statistics.Counts;
        if (!IsAtRest(counts))
        {
            problems.Add($"Not at rest {Limit.TotalSeconds} s after the last caller: {counts}.");
        }

        if (server is not null)
        {
            await CompareAsync(pool, server, problems);
        }

        statistics = pool.GetStatistics();
        var unaccounted = (int)(statistics.ConnectionsOpened - statistics.ConnectionsClosed - statistics.Counts.Total);
        if (unaccounted != 0)
        {
            problems.Add($"{statistics.ConnectionsOpened} opened, {statistics.ConnectionsClosed} closed, {statistics.Counts.Total} there.");
        }

        return Math.Abs(unaccounted) + statistics.Counts.Leased;
    }

    private static async Task CompareAsync(ConnectionPool pool, DatabaseServer server, List<string> problems)
    {
        List<long> sessions = [];
        var agrees = await Patience.UntilAsync(
            async () => (sessions = await server.SessionsAsync()).Count == pool.GetStatistics().Counts.Total, Limit);
        if (!agrees)
        {
            problems.Add($"The server has {sessions.Count} sessions of the pool's, the pool {pool.GetStatistics().Counts}: {await server.DescribeSessionsAsync()}.");
        }
    }

    private static bool IsAtRest(PoolCounts counts) =>
        counts is { Waiting: 0, Leased: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 } && counts.Idle >= Promise.MinSize;
}
