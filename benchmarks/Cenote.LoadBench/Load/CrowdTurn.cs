namespace Cenote.LoadBench.Load;

/// <summary>What a crowd did in one turn.</summary>
/// <param name="HandOvers">Rents that waited for a return.</param>
/// <param name="Elapsed">The time of the turn.</param>
/// <param name="ProcessorTime">The processor time of the process in that time.</param>
/// <param name="Bytes">The bytes that the process allocated in that time.</param>
internal sealed record CrowdTurn(long HandOvers, TimeSpan Elapsed, TimeSpan ProcessorTime, long Bytes)
{
    internal double PerSecond => HandOvers / Elapsed.TotalSeconds;

    internal double Nanoseconds => Elapsed.TotalNanoseconds / HandOvers;

    internal double ProcessorNanoseconds => ProcessorTime.TotalNanoseconds / HandOvers;

    internal double BytesEach => (double)Bytes / HandOvers;
}
