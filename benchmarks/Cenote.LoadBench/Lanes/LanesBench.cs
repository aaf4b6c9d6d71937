using Cenote.LoadBench.Parts;

namespace Cenote.LoadBench.Lanes;

/// <summary><c>./bench lanes</c>: lanes under a flood and under overload, on a stub driver and on PostgreSQL.</summary>
internal static class LanesBench
{
    internal static int Run(string[] args) => new PartsBench(
        "lanes",
        "Sides in turns, every other round backwards. Medians of the rounds; a ratio is the median of the rounds' own ratios.",
        [
            new FloodPart("flood", "a stub driver", static _ => Workload.OnStub()),
            new FloodPart("flood-postgresql", "PostgreSQL", Workload.OnPostgreSql),
            new LanesOverloadPart(),
        ]).Run(args);
}
