using Cenote.Shop.Checking;
using Cenote.Shop.Clients;

namespace Cenote.Shop.Pools;

/// <summary>A pool of the run, with what its callers were told and the most that was ever seen of it.</summary>
internal sealed class WatchedPool(PoolPart part, ConnectionPool pool)
{
    public PoolPart Part => part;

    public ConnectionPool Pool => pool;

    public RentTally Rents { get; } = new();

    public PoolPeaks Peaks { get; } = new();

    /// <summary>Called by the watcher alone.</summary>
    public PoolSight Look()
    {
        var statistics = pool.GetStatistics();
        Peaks.See(statistics.Counts);
        return new PoolSight(part, statistics, Rents, Peaks);
    }
}
