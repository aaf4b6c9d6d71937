using System.Numerics;

namespace Cenote.ReadReplicas.Strategies;

internal sealed class PowerOfTwoChoicesStrategy : IReplicaStrategy
{
    public int Choose(ReadOnlySpan<ReplicaSetServer> candidates)
    {
        var one = WeightedDraw.Any(candidates);
        var other = WeightedDraw.AnyBut(candidates, one);
        return Cost(candidates[other]) < Cost(candidates[one]) ? other : one;
    }

    /// <summary>
    /// How long the next answer will take, in no unit: who is there for the server's weight, and the next, at the pace
    /// of the server.
    /// </summary>
    private static double Cost(ReplicaSetServer server) => (((double)server.Load / server.Weight) + 1) * Pace(server.Latency);

    // A step for everything up to a millisecond, the next for up to two, then four, and so on: of two replicas that
    // stand side by side, one always answers some microseconds sooner, and without steps would get every read of a
    // quiet application. Equal servers leave the choice to the first draw, and with it to the weights.
    private static long Pace(TimeSpan? latency) => 1L << BitOperations.Log2((uint)Math.Clamp((latency?.Ticks ?? 0) * 2 / TimeSpan.TicksPerMillisecond, 1, 1 << 20));
}
