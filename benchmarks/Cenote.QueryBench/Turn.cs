namespace Cenote.QueryBench;

/// <summary>The results of one side in one round.</summary>
/// <param name="Rate">Queries a second.</param>
/// <param name="ProcessorTime">Processor time of this process per query, in microseconds, without the server's.</param>
/// <param name="Bytes">Bytes allocated per query.</param>
/// <param name="Latencies">From the request for a connection to its return.</param>
internal sealed record Turn(double Rate, double ProcessorTime, double Bytes, Latencies Latencies);
