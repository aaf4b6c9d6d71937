using Cenote.Events;
using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>The task that applies the sizing policy once a tick.</summary>
internal sealed class SizingRound(PoolSettings settings, ISizingPolicy policy, LeaseDesk desk, PoolJournal journal) : IMaintenanceTask
{
    public void Run()
    {
        var counts = desk.Count();
        var capacity = desk.ReadCapacity();
        var observation = new SizingObservation
        {
            Elapsed = settings.Clock.Elapsed,
            Leased = counts.Leased,
            Waiting = desk.CountServable(),
            Total = counts.Total - counts.Opening,
            Limit = capacity.Limit,
            MinSize = capacity.SmallestLimit,
            MaxSize = capacity.MaxSize,
            Rents = desk.CountRents(),
            MeasuredLeases = desk.Meters.UseTime.Count,
            MeasuredLeaseTime = desk.Meters.UseTime.Sum,
            Refusals = capacity.Refusals,
        };
        if (policy.Decide(observation) is not { } decision || (decision.Size == capacity.Limit && !policy.RecommendsOnly))
        {
            return;
        }

        if (decision.Size < observation.MinSize || decision.Size > observation.MaxSize)
        {
            PoolLog.SizeRefused(journal.Logger, settings.Name, decision.Size, observation.MinSize, observation.MaxSize, decision.Reason);
            return;
        }

        if (policy.RecommendsOnly)
        {
            journal.SizeRecommended(capacity.Limit, decision.Size, decision.Reason);
            return;
        }

        desk.SetLimit(decision.Size);
        journal.Resized(capacity.Limit, decision.Size, decision.Reason);
    }
}
