using Cenote.Shop.Pools;

namespace Cenote.Shop.Display;

/// <summary>What a run is about.</summary>
/// <param name="Database">The database and where it is; never a secret.</param>
/// <param name="Clients">Clients at work.</param>
/// <param name="Pools">The pools and their sizes.</param>
/// <param name="Seed">What chance was made from.</param>
/// <param name="Duration">How long the clients are to work.</param>
internal sealed record RunHeading(string Database, int Clients, PoolSizes Pools, int Seed, TimeSpan Duration)
{
    public string Settings => FormattableString.Invariant($"{Clients} clients · {Pools.Describe()} · seed {Seed}");
}
