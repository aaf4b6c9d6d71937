namespace Cenote.SharedBudget.Grants;

/// <summary>
/// Max-min fair shares of the live instances: each has what it wants or as much as any other, and never less than its
/// guaranteed part. What no instance wants is divided equally, so that an instance need not wait for its next callers.
/// </summary>
/// <remarks>Each renewal finds a share, so this is plain loops over the table: a few for each bit of the
/// level.</remarks>
internal static class FairShares
{
    /// <summary>Returns the share of an instance, and whether the instances want more than there is.</summary>
    internal static (int Share, bool IsContended) Find(GrantTable table, GrantSettings settings, long now, GrantMember member)
    {
        var live = new List<GrantMember>(table.Members.Count);
        var (taken, wanted, largest) = (0L, 0L, 0);
        foreach (var other in table.Members)
        {
            if (other.ExpiresAt <= now)
            {
                taken += other.Reserved;
                continue;
            }

            live.Add(other);
            wanted += Want(other);
            largest = Math.Max(largest, Want(other));
        }

        var available = settings.MaxConnections - GrantRules.KeptForNewcomers(table, settings) - table.Strangers - taken;
        if (wanted <= available)
        {
            return ((int)(Want(member) + ((available - wanted) / live.Count)), false);
        }

        var level = FindLevel(live, available, (int)Math.Min(largest, Math.Max(0, available)));

        // What is left is less than one for each that wants more: it goes to the first in the order of their ids.
        var left = available - Sum(live, level);
        var hasMore = IsAbove(member, level) && live.Count(other => IsAbove(other, level) && string.CompareOrdinal(other.Id, member.Id) < 0) < left;
        return (At(member, level) + (hasMore ? 1 : 0), true);
    }

    /// <summary>Returns the highest level that fits, or 0.</summary>
    private static int FindLevel(List<GrantMember> live, long available, int highest)
    {
        var (low, high) = (0, highest);
        while (low < high)
        {
            var level = low + ((high - low + 1) / 2);
            (low, high) = Sum(live, level) <= available ? (level, high) : (low, level - 1);
        }

        return low;
    }

    private static long Sum(List<GrantMember> live, int level)
    {
        var sum = 0L;
        foreach (var member in live)
        {
            sum += At(member, level);
        }

        return sum;
    }

    private static bool IsAbove(GrantMember member, int level) => At(member, level + 1) > At(member, level);

    private static int Want(GrantMember member) => Math.Max(member.Guaranteed, member.Demand);

    private static int At(GrantMember member, int level) => Math.Max(member.Guaranteed, Math.Min(member.Demand, level));
}
