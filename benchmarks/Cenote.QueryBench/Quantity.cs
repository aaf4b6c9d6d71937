namespace Cenote.QueryBench;

/// <summary>A measured quantity.</summary>
internal enum Quantity
{
    Throughput,
    ProcessorTime,
    P99,
    Bytes,
}
