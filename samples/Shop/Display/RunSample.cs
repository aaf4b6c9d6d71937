using Cenote.Comparing;
using Cenote.Shop.Pools;

namespace Cenote.Shop.Display;

/// <summary>The run at one moment.</summary>
/// <param name="Elapsed">Since the clients began.</param>
/// <param name="Turn">What clients work through.</param>
/// <param name="Arrangements">Each arrangement, whether or not it is its turn.</param>
/// <param name="RateNow">Operations a second over the last second.</param>
/// <param name="Rates">Operations a second in steps of half a second, oldest first.</param>
internal sealed record RunSample(
    TimeSpan Elapsed, Turn Turn, IReadOnlyList<ArrangementSight> Arrangements, double RateNow, IReadOnlyList<double> Rates)
{
    public IEnumerable<PoolSight> Pools => Arrangements.SelectMany(arrangement => arrangement.Pools);

    /// <summary>The arrangement whose turn it is.</summary>
    public ArrangementSight AtWork => Arrangements.First(arrangement => arrangement.Kind == Turn.Arrangement);
}
