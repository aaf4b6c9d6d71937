namespace Cenote.LoadBench.Peers;

/// <summary>What is measured of a peer. Programs in other languages print the same names.</summary>
internal static class Measure
{
    internal const string LeaseNanoseconds = "lease.ns";
    internal const string LeaseBytes = "lease.bytes";
    internal const string HandOversPerSecond = "handover.rate";
    internal const string HandOverBytes = "handover.bytes";
    internal const string SpikeOpens = "spike.opens";
    internal const string SpikeLast = "spike.last";
    internal const string RampLast = "ramp.last";
    internal const string Recovery = "recovery";
    internal const string Resets = "resets";

    /// <summary>Callers that await, as a prefix of the names of <see cref="Waits"/>.</summary>
    internal const string Awaiting = "awaiting";

    /// <summary>Callers that block, as a prefix of the names of <see cref="Waits"/>.</summary>
    internal const string Blocking = "blocking";

    internal static readonly string[] Waits = ["rate", "mean", "p50", "p99", "p999", "max", "jain"];

    internal static string Late(int load) => $"load{load}.late";

    internal static string Goodput(int load) => $"load{load}.goodput";
}
