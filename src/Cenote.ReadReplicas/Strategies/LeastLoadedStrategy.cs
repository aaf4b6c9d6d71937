namespace Cenote.ReadReplicas.Strategies;

internal sealed class LeastLoadedStrategy : IReplicaStrategy
{
    private int _turn = -1;

    public int Choose(ReadOnlySpan<ReplicaSetServer> candidates)
    {
        // Idle servers have equal loads. A fixed first server would get every read.
        var start = (int)((uint)Interlocked.Increment(ref _turn) % (uint)candidates.Length);
        var best = start;
        var bestLoad = candidates[start].Load;
        for (var i = 1; i < candidates.Length; i++)
        {
            var next = (start + i) % candidates.Length;
            var load = candidates[next].Load;

            // With one more each, the one that is asked now, so that weights count among idle servers, too.
            if ((load + 1L) * candidates[best].Weight < (bestLoad + 1L) * candidates[next].Weight)
            {
                (best, bestLoad) = (next, load);
            }
        }

        return best;
    }
}
