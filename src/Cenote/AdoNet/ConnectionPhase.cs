namespace Cenote.AdoNet;

/// <summary>
/// The low bits of a <see cref="PooledConnection"/>'s stamp. The bits above count its leases, so that a look at the
/// stamp before and after a look at the lease proves that both belong together.
/// </summary>
internal static class ConnectionPhase
{
    internal const int Closed = 0;
    internal const int Opening = 1;
    internal const int Open = 2;

    /// <summary>No new work may start, and what the lease left behind is being ended.</summary>
    internal const int Closing = 3;

    internal const int Mask = 3;
    internal const int NextLease = 4;
}
