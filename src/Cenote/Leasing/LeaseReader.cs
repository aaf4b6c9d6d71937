using Cenote.Statistics;

namespace Cenote.Leasing;

/// <summary>A reader of the current leases, from the slots.</summary>
internal sealed class LeaseReader(PoolSettings settings, LeaseDesk desk)
{
    /// <summary>
    /// Gets the server's reports about the leases; <see langword="null"/> when the pool queries no server.
    /// </summary>
    internal SessionReports? Sessions { get; init; }

    /// <summary>Returns the current leases, the oldest first.</summary>
    internal IReadOnlyList<LeaseInfo> Read()
    {
        var leases = new List<LeaseInfo>();
        var report = Sessions?.Read(settings.Clock.Elapsed);
        foreach (var slot in desk.Slots.All)
        {
            if (slot.State == SlotState.Leased && slot.GetLeaseInfo(settings.Clock) is { } lease)
            {
                lease.Session = report?.Leases.GetValueOrDefault((lease.SlotId, lease.Number));
                leases.Add(lease);
            }
        }

        return [.. leases.OrderByDescending(static lease => lease.Age)];
    }

    internal IReadOnlyList<SlotInfo> ReadSlots()
    {
        var slots = desk.Slots.All;
        var infos = new SlotInfo[Math.Max(desk.Slots.Size, slots.Length)];
        for (var i = 0; i < infos.Length; i++)
        {
            infos[i] = i < slots.Length ? slots[i].GetInfo(settings.Clock) : new SlotInfo { Id = i, State = SlotState.Empty };
        }

        return infos;
    }

    internal LeaseReport Report() => new(settings.Name, settings.Clock.UtcNow, desk.Count(), settings.LeakThreshold, Read());
}
