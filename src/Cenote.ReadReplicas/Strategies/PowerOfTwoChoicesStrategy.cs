namespace Cenote.ReadReplicas.Strategies;

internal sealed class PowerOfTwoChoicesStrategy : IReplicaStrategy
{
    public int Choose(ReadOnlySpan<ReplicaSetServer> candidates)
    {
        var one = WeightedDraw.Any(candidates);
        var other = WeightedDraw.AnyBut(candidates, one);
        return Cost(candidates[other]) < Cost(candidates[one]) ? other : one;
    }

    /// <summary>How long the next answer will take, in no unit: everybody before it, and itself, at the pace of the server.</summary>
    private static double Cost(ReplicaSetServer server) =>
        (server.Load + 1.0) * Math.Max(1, server.Latency?.Ticks ?? 1) / server.Weight;
}
