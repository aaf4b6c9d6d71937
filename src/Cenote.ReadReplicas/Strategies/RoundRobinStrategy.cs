namespace Cenote.ReadReplicas.Strategies;

/// <summary>
/// A counter, and the server on whose stretch it points. Steps of about 0.618 of the round (coprime to it, so that each point comes once in each round) keep the turns of
/// a heavy server apart: Knuth's multiplicative spreading, "The Art of Computer Programming" 3, 6.4.
/// </summary>
internal sealed class RoundRobinStrategy : IReplicaStrategy
{
    private int _turn = -1;

    public int Choose(ReadOnlySpan<ReplicaSetServer> candidates)
    {
        var total = WeightedDraw.Total(candidates);
        var turn = (uint)Interlocked.Increment(ref _turn);
        return WeightedDraw.At(candidates, (int)(turn % (uint)total * (ulong)StepOf(total) % (uint)total));
    }

    private static int StepOf(int total)
    {
        var step = Math.Max(1, (int)(total * 0.618));
        while (!IsCoprime(step, total))
        {
            step++;
        }

        return step;
    }

    private static bool IsCoprime(int left, int right)
    {
        while (right != 0)
        {
            (left, right) = (right, left % right);
        }

        return left == 1;
    }
}
