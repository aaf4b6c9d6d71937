namespace Cenote.LoadBench.Peers;

/// <summary>Many callers at once on a pool with few connections, where an open takes much longer than a use.</summary>
internal static class Spike
{
    internal const int Initial = 5;
    internal const int Callers = 50;
    internal const int Before = 40;

    internal static readonly TimeSpan OpenTime = TimeSpan.FromMilliseconds(150);
    internal static readonly TimeSpan Work = TimeSpan.FromMilliseconds(2);
}
