using Cenote.Cli.Clients;

namespace Cenote.Cli.Checking;

/// <summary>No client saw what must never be seen, and clients got work done at all: a check of nothing would prove nothing.</summary>
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
        problems.AddIf(done == 0, "No operation was done in the whole run.");
        return problems.ToFinding("sightings", "clients did their work, and none saw half an order", $"{done} operations done");
    }
}
