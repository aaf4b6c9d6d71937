namespace Cenote.LoadBench.Lanes;

/// <summary>One turn of the open loop.</summary>
internal sealed record OverloadTurn(OverloadLane Interactive, OverloadLane Batch)
{
    internal double Offered => Interactive.Offered + Batch.Offered;

    internal double Served => Interactive.Served + Batch.Served;

    internal int Late => Interactive.Late + Batch.Late;
}
