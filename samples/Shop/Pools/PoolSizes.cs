using Cenote.Shared;

namespace Cenote.Shop.Pools;

/// <summary>Which pools a run has, and how large. Either arrangement has as many connections as the other.</summary>
/// <param name="Plan">Which there are.</param>
/// <param name="Minimum">Connections kept open in either arrangement.</param>
/// <param name="Maximum">The most that are open in either arrangement; at least 2 unless the plan is one mixed
/// pool.</param>
internal sealed record PoolSizes(PoolPlan Plan, int Minimum, int Maximum)
{
    /// <summary>The most connections that only read.</summary>
    public int Readers => Plan == PoolPlan.Mixed ? 0 : Maximum - 1;

    /// <summary>Of those kept open, one writes.</summary>
    public int MinimumReaders => Math.Clamp(Minimum - 1, 0, Readers);

    public string Describe() => Plan switch
    {
        PoolPlan.Split => NameOf(ArrangementKind.Split),
        PoolPlan.Compare => $"{NameOf(ArrangementKind.Split)}, in turns with {NameOf(ArrangementKind.Mixed)}",
        _ => FormattableString.Invariant($"pool of {Minimum} to {Maximum}"),
    };

    public string NameOf(ArrangementKind kind) => kind == ArrangementKind.Split
        ? $"writer + {Figures.Plural(Readers, "reader")}"
        : FormattableString.Invariant($"one pool of {Maximum}");
}
