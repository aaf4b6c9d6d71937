namespace Cenote.Shop.Clients;

/// <summary>Counts and measures what clients do, within a whole that counts it, too.</summary>
/// <param name="whole">What this is a part of: a phase of an arrangement's work, that of the run.</param>
internal sealed class OperationMeters(OperationMeters? whole = null)
{
    private readonly OperationMeter[] _operations = [.. Enum.GetValues<OperationKind>().Select(_ => new OperationMeter())];

    /// <summary>Of the operations that only read and were done.</summary>
    public LatencyHistogram Reads { get; } = new();

    /// <summary>Gets the meters of the operations that write.</summary>
    public LatencyHistogram Writes { get; } = new();

    public OperationMeter this[OperationKind kind] => _operations[(int)kind];

    public void Record(OperationKind kind, OperationOutcome outcome, TimeSpan elapsed)
    {
        _operations[(int)kind].Record(outcome, elapsed);
        if (outcome == OperationOutcome.Done)
        {
            (kind == OperationKind.ReadPage ? Reads : Writes).Record(elapsed);
        }

        whole?.Record(kind, outcome, elapsed);
    }

    public long Total(OperationOutcome outcome) => _operations.Sum(operation => operation.Count(outcome));
}
