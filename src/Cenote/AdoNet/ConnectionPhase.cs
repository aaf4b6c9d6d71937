namespace Cenote.AdoNet;

/// <summary>
/// The low bits of a <see cref="PooledConnection"/>'s stamp. The bits above count its leases, so that an unchanged
/// stamp before and after a read of the lease shows that both belong together.
/// </summary>
internal static class ConnectionPhase
{
    internal const int Closed = 0;
    internal const int Opening = 1;
    internal const int Open = 2;

    /// <summary>
    /// The lease is ending: no new call may start, and open readers and transactions are being closed.
    /// </summary>
    internal const int Closing = 3;

    internal const int Mask = 3;
    internal const int NextLease = 4;
}
