namespace Cenote.LoadBench.Peers;

/// <summary>Callers that all need a connection of their own, on a pool that has none yet.</summary>
internal static class Ramp
{
    internal const int Callers = 100;

    internal static readonly TimeSpan OpenTime = TimeSpan.FromMilliseconds(20);
}
