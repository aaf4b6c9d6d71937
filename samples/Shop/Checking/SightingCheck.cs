using Cenote.Shop.Clients;

namespace Cenote.Shop.Checking;

/// <summary>
/// No client saw what must never be seen, and clients got work done at all: a check of nothing would show nothing.
/// </summary>
internal static class SightingCheck
{
    public static CheckFinding Run(ShopLedger ledger, OperationMeters meters)
    {
        var problems = new ProblemList();
        foreach (var contradiction in ledger.Contradictions)
        {
            problems.Add(contradiction);
        }

        var done = meters.Total(OperationOutcome.Done);
        problems.AddIf(done == 0, "The run finished no operation.");
        return problems.ToFinding("sightings", "clients did their work, and none saw half an order", $"{done} operations done");
    }
}
