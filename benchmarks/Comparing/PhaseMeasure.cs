namespace Cenote.Comparing;

/// <summary>What one arrangement did in one phase.</summary>
/// <param name="OperationsPerSecond">Of those done when the phase was over.</param>
/// <param name="Reads">The latencies of the reads that began in the phase, including reads that ended after it.</param>
/// <param name="Writes">Of all writes that did.</param>
internal sealed record PhaseMeasure(double OperationsPerSecond, LatencySummary Reads, LatencySummary Writes)
{
    /// <param name="done">Operations; a phase without any counts as one, so that a ratio is always a number.</param>
    /// <param name="length">How long the phase was.</param>
    /// <param name="reads">See <see cref="Reads"/>.</param>
    /// <param name="writes">See <see cref="Writes"/>.</param>
    public static PhaseMeasure Of(long done, TimeSpan length, LatencySummary reads, LatencySummary writes) =>
        new(Math.Max(1, done) / Math.Max(0.001, length.TotalSeconds), reads, writes);
}
