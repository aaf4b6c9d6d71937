using Cenote.Shop.Checking;
using Cenote.Shop.Clients;

namespace Cenote.Shop.Pools;

/// <summary>A pool at one moment.</summary>
/// <param name="Part">What it is for.</param>
/// <param name="Statistics">What it counts itself.</param>
/// <param name="Rents">What its callers count; goes on counting.</param>
/// <param name="Peaks">The most that was ever seen; goes on.</param>
internal sealed record PoolSight(PoolPart Part, PoolStatistics Statistics, RentTally Rents, PoolPeaks Peaks);
