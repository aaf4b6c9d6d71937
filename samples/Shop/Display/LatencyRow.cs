using Cenote.Shop.Clients;
using Cenote.Shop.Pools;

namespace Cenote.Shop.Display;

/// <summary>A row of a <see cref="LatencyTable"/>.</summary>
/// <param name="Name">What is measured; at most 22 characters.</param>
/// <param name="Latency">How long it takes.</param>
/// <param name="Over">The time in which it was counted; <see langword="null"/> for a sample, whose count would
/// mislead.</param>
internal sealed record LatencyRow(string Name, LatencySummary Latency, TimeSpan? Over)
{
    public static IEnumerable<LatencyRow> Operations(ArrangementSight arrangement) =>
        Enum.GetValues<OperationKind>().Select(kind => new LatencyRow(OperationNames.Of(kind), arrangement.Meters[kind].Latency.Summarize(), arrangement.Worked));

    /// <summary>What the pools did for the clients.</summary>
    public static IEnumerable<LatencyRow> Pools(ArrangementSight arrangement) =>
        Waits(arrangement)
            .Concat(arrangement.Pools.Select(pool => new LatencyRow($"hold {PoolNames.Connection(pool.Part)}", pool.Statistics.UseTime, Over: null)))
            .Concat(arrangement.Pools.Select(pool => new LatencyRow($"open {PoolNames.Connection(pool.Part)}", pool.Statistics.ConnectTime, arrangement.Worked)));

    public static IEnumerable<LatencyRow> Waits(ArrangementSight arrangement) =>
        arrangement.Pools.Select(pool => new LatencyRow($"wait for {PoolNames.Connection(pool.Part)}", pool.Statistics.WaitTime, arrangement.Worked));

    /// <summary>Both sides of a comparison while it goes on.</summary>
    public static IEnumerable<LatencyRow> Sides(IReadOnlyList<ArrangementSight> arrangements) =>
        arrangements.Select(side => new LatencyRow($"read, {Side(side.Kind)}", side.Meters.Reads.Summarize(), side.Worked))
            .Concat(arrangements.Select(side => new LatencyRow($"write, {Side(side.Kind)}", side.Meters.Writes.Summarize(), side.Worked)))
            .Concat(arrangements.SelectMany(Waits));

    private static string Side(ArrangementKind kind) => kind == ArrangementKind.Split ? "writer/readers" : "mixed pool";
}
