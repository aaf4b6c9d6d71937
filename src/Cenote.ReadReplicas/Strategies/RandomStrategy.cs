namespace Cenote.ReadReplicas.Strategies;

internal sealed class RandomStrategy : IReplicaStrategy
{
    public int Choose(ReadOnlySpan<ReplicaSetServer> candidates) => WeightedDraw.Any(candidates);
}
