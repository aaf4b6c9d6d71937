namespace Cenote.AdoNet;

/// <summary>The phases of a <see cref="PooledConnection"/>, the low bits of its <see cref="GateWord"/>.</summary>
internal static class ConnectionPhase
{
    internal const int Closed = 0;
    internal const int Opening = 1;
    internal const int Open = 2;

    /// <summary>
    /// The lease is ending: no new call may start, and open readers and transactions are being closed.
    /// </summary>
    internal const int Closing = 3;
}
