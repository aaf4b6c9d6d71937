using Cenote.Shop.Clients;

namespace Cenote.Shop.Pools;

/// <summary>An arrangement at one moment.</summary>
/// <param name="Kind">Which it is.</param>
/// <param name="Meters">What clients did with it so far; goes on counting.</param>
/// <param name="Worked">How long they did.</param>
/// <param name="Pools">Its pools.</param>
internal sealed record ArrangementSight(ArrangementKind Kind, OperationMeters Meters, TimeSpan Worked, IReadOnlyList<PoolSight> Pools);
