using Cenote.Cli.Measuring;

namespace Cenote.Cli.Comparing;

/// <summary>A turn of each pool, one directly after the other.</summary>
/// <param name="Clients">How many clients shared the pool.</param>
/// <param name="Ours">What they did with this pool.</param>
/// <param name="Driver">What they did with the driver's.</param>
internal sealed record TurnPair(int Clients, LoadResult Ours, LoadResult Driver);
