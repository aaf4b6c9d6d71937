using Cenote.ReadReplicas.Strategies;

namespace Cenote;

/// <summary>
/// The strategies of the package. All respect <see cref="ReplicaSetServer.Weight"/>, are thread-safe and take no lock.
/// </summary>
public static class ReplicaStrategy
{
    /// <summary>One after the other; a server of weight 2 has two turns in each round.</summary>
    public static IReplicaStrategy RoundRobin() => new RoundRobinStrategy();

    /// <summary>Any, with a chance as its weight.</summary>
    public static IReplicaStrategy Random() => new RandomStrategy();

    /// <summary>
    /// The one with the fewest leased connections and waiting callers for its weight; among equals, by turns.
    /// </summary>
    public static IReplicaStrategy LeastLoaded() => new LeastLoadedStrategy();

    /// <summary>
    /// Of two chosen at random, by weight, the one that will probably answer first: its load times the moving average
    /// of its latency. Nearly as good as to look at every server, without the herd that follows the one that looked
    /// best a moment ago.
    /// </summary>
    /// <remarks>M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE Transactions on Parallel
    /// and Distributed Systems 12 (2001).</remarks>
    public static IReplicaStrategy PowerOfTwoChoices() => new PowerOfTwoChoicesStrategy();
}
