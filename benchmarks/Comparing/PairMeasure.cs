namespace Cenote.Comparing;

/// <summary>
/// Two phases, one right after the other, with the same clients, their same wishes, and the same shop.
/// </summary>
internal sealed record PairMeasure(PhaseMeasure Split, PhaseMeasure Mixed)
{
    /// <summary>How many times the work of the mixed pool the split one did.</summary>
    public double Ratio => Split.OperationsPerSecond / Mixed.OperationsPerSecond;
}
