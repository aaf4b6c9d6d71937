using Cenote;

namespace WebApi;

/// <summary>What <c>GET /pools</c> shows of a pool.</summary>
public sealed record PoolView(string Name, string State, int Leased, int Idle, int Waiting, int Limit, long Rents, double WaitP99Milliseconds)
{
    public static PoolView Of(PoolStatistics pool) => new(
        pool.PoolName, pool.State.ToString(), pool.Counts.Leased, pool.Counts.Idle, pool.Counts.Waiting, pool.Counts.Limit, pool.Rents, pool.WaitTime.P99.TotalMilliseconds);
}
