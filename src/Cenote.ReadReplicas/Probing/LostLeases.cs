namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// Takes leases away from holders that wait for a server which is gone: they would wait for as long as their driver, or
/// their network, has patience.
/// </summary>
internal sealed class LostLeases(ReplicaSetServer server, ReplicaSetOptions options)
{
    private long? _lostSince;

    /// <summary>Called after each probe.</summary>
    internal void Look()
    {
        if (options.RevokeLeasesAfter is not { } limit || server.State != ReplicaSetServerState.Unreachable)
        {
            _lostSince = null;
            return;
        }

        _lostSince ??= options.TimeProvider.GetTimestamp();
        if (options.TimeProvider.GetElapsedTime(_lostSince.Value) >= limit)
        {
            foreach (var lease in server.Pool.GetLeases())
            {
                server.Pool.TryRevoke(lease);
            }
        }
    }
}
