namespace Cenote.Shop.Clients;

/// <summary>Counts the operations of one kind by outcome, and measures the completed ones.</summary>
internal sealed class OperationMeter
{
    private readonly long[] _outcomes = new long[Enum.GetValues<OperationOutcome>().Length];

    /// <summary>From the client's decision to its answer, the queue for a connection included.</summary>
    public LatencyHistogram Latency { get; } = new();

    public void Record(OperationOutcome outcome, TimeSpan elapsed)
    {
        Interlocked.Increment(ref _outcomes[(int)outcome]);
        if (outcome == OperationOutcome.Done)
        {
            Latency.Record(elapsed);
        }
    }

    public long Count(OperationOutcome outcome) => Interlocked.Read(ref _outcomes[(int)outcome]);
}
