using Cenote.ReadReplicas.Strategies;

namespace Cenote;

/// <summary>
/// The strategies of the package. All respect <see cref="ReplicaSetServer.Weight"/>, are thread-safe and take no lock.
/// </summary>
public static class ReplicaStrategy
{
    /// <summary>Chooses one after the other; a server of weight 2 has two turns in each round.</summary>
    public static IReplicaStrategy RoundRobin() => new RoundRobinStrategy();

    /// <summary>Chooses at random, by weight.</summary>
    public static IReplicaStrategy Random() => new RandomStrategy();

    /// <summary>
    /// Chooses the server with the fewest leased connections and waiting callers for its weight; equals take turns.
    /// </summary>
    public static IReplicaStrategy LeastLoaded() => new LeastLoadedStrategy();

    /// <summary>
    /// Draws two servers at random, by weight, and chooses the one with the smaller product of load and moving average
    /// of latency. The result is nearly as good as comparing every server, without a herd on the best one of a moment
    /// ago.
    /// </summary>
    /// <remarks>M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE Transactions on Parallel
    /// and Distributed Systems 12 (2001).</remarks>
    public static IReplicaStrategy PowerOfTwoChoices() => new PowerOfTwoChoicesStrategy();
}
