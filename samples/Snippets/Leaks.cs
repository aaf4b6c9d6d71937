using Cenote;

namespace Snippets;

internal static class Leaks
{
    internal static ConnectionPoolOptions Look(ConnectionPool pool, Action<string> alert)
    {
        #region usage
        var options = new ConnectionPoolOptions
        {
            LeakDetection = new LeakDetectionOptions
            {
                Threshold = TimeSpan.FromSeconds(30),       // longer than the longest honest use
                StackSamplingInterval = 100,                        // about one rent in 100 of each connection remembers its stack
                RevokeAfter = TimeSpan.FromMinutes(5),      // automatic clean-up
            },
        };
        pool.LeakReported += (_, report) => alert($"{report.Kind}: {report.Lease}");

        Console.WriteLine(pool.GetLeaseReport());           // the report, as text
        foreach (var lease in pool.GetLeases())             // and as data
        {
            if (lease.Age > TimeSpan.FromMinutes(10))
            {
                pool.TryRevoke(lease);
            }
        }
        #endregion
        return options;
    }
}
