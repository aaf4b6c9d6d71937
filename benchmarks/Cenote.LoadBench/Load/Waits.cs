namespace Cenote.LoadBench.Load;

/// <summary>How long the callers of one turn waited, and how evenly they were served.</summary>
/// <param name="Milliseconds">Every wait, in order of length.</param>
/// <param name="Served">How often each caller was served.</param>
internal sealed record Waits(double[] Milliseconds, long[] Served)
{
    internal double Mean => Milliseconds.Average();

    internal double Longest => Milliseconds[^1];

    /// <summary>Gets Jain's index: 1 when all callers were served equally often, 1/n when one caller got all.</summary>
    internal double JainIndex => Math.Pow(Served.Sum(), 2) / (Served.Length * Served.Sum(static served => (double)served * served));

    internal double Percentile(double share) => Milliseconds[(int)Math.Min(Milliseconds.Length - 1, Math.Floor(share * Milliseconds.Length))];
}
