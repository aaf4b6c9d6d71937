namespace Cenote.Leasing;

/// <summary>A reader of the current leases, from the slots.</summary>
internal sealed class LeaseReader(PoolSettings settings, LeaseDesk desk)
{
    /// <summary>Returns the current leases, the oldest first.</summary>
    internal IReadOnlyList<LeaseInfo> Read()
    {
        var leases = new List<LeaseInfo>();
        foreach (var slot in desk.Slots.All)
        {
            if (slot.State == SlotState.Leased && slot.GetLeaseInfo(settings.Clock) is { } lease)
            {
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
