using Cenote.Diagnostics;
using Cenote.Leasing;
using Cenote.Sizing;
using Microsoft.Extensions.Logging;

namespace Cenote.Maintenance;

/// <summary>Asks the sizing policy once a tick, and does what it says.</summary>
internal sealed class SizingRound(PoolSettings settings, LeaseDesk desk, ILogger logger) : IUpkeepTask
{
    public void Run()
    {
        if (settings.Sizing is not { } policy)
        {
            return;
        }

        var counts = desk.Count();
        var capacity = desk.ReadCapacity();
        var observation = new SizingObservation
        {
            Elapsed = settings.Clock.Elapsed,
            Leased = counts.Leased,
            Waiting = counts.Waiting,
            Total = counts.Total,
            CurrentSize = capacity.Limit,
            MinSize = Math.Max(1, capacity.MinSize),
            MaxSize = capacity.MaxSize,
        };
        if (policy.Decide(observation) is not { } decision || decision.Size == capacity.Limit)
        {
            return;
        }

        if (decision.Size < observation.MinSize || decision.Size > observation.MaxSize)
        {
            PoolLog.SizeRefused(logger, settings.Name, decision.Size, observation.MinSize, observation.MaxSize, decision.Reason);
            return;
        }

        desk.SetLimit(decision.Size);
        PoolLog.Resized(logger, settings.Name, capacity.Limit, decision.Size, decision.Reason);
    }
}
