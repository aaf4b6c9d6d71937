using Cenote.Shop.Pools;

namespace Cenote.Comparing;

/// <summary>Whose turn it is.</summary>
/// <param name="Arrangement">What clients work through.</param>
/// <param name="Pair">The pair of phases, from 1; 0 while nothing is measured yet.</param>
/// <param name="Pairs">The number of pairs; 0 without a comparison.</param>
internal sealed record Turn(ArrangementKind Arrangement, int Pair = 0, int Pairs = 0);
