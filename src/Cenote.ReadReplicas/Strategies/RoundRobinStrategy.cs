namespace Cenote.ReadReplicas.Strategies;

/// <summary>A counter that goes round a wheel on which each server has as many places as its weight.</summary>
internal sealed class RoundRobinStrategy : IReplicaStrategy
{
    private int _turn = -1;
    private SmoothWeightedOrder? _wheel;

    public int Choose(ReadOnlySpan<ReplicaSetServer> candidates)
    {
        var wheel = Volatile.Read(ref _wheel);
        if (wheel is null || !wheel.IsOf(candidates))
        {
            // Threads that come at once may each make one: all are alike.
            Volatile.Write(ref _wheel, wheel = new SmoothWeightedOrder(candidates));
        }

        return wheel[(uint)Interlocked.Increment(ref _turn)];
    }
}
