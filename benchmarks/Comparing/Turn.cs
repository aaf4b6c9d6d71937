using Cenote.Shop.Pools;

namespace Cenote.Comparing;

/// <summary>Whose turn it is.</summary>
/// <param name="Arrangement">What clients work through.</param>
/// <param name="Pair">The pair of phases, from 1; 0 while nothing is measured yet.</param>
/// <param name="Pairs">How many pairs there are; 0 when there is no comparison.</param>
internal sealed record Turn(ArrangementKind Arrangement, int Pair = 0, int Pairs = 0);
