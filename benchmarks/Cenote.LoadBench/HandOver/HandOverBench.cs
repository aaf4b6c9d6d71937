using Cenote.LoadBench.Parts;

namespace Cenote.LoadBench.HandOver;

/// <summary><c>./bench handover</c>: the pool where it is busy, on a stub driver.</summary>
internal static class HandOverBench
{
    internal static int Run(string[] args) => new PartsBench(
        "handover",
        "Stub driver, sides in turns. Medians; a ratio is the median of the rounds' own ratios, in brackets the interval that holds it nineteen times out of twenty.",
        [
            new ChannelPart("channel64", callers: 64, connections: 8, goal: 1.1),
            new ChannelPart("channel1000", callers: 1_000, connections: 500, goal: 1.0),
            new SlotsPart(),
            new WaitersPart(),
            new AwaitedPart(),
            new FairnessPart(),
            new OverloadPart(),
        ]).Run(args);
}
