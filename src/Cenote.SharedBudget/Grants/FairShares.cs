namespace Cenote.SharedBudget.Grants;

/// <summary>
/// Max-min fair shares of the live instances: each has what it wants or as much as any other, and never less than its
/// guaranteed part. What no instance wants is divided equally, so that an instance need not wait for its next callers.
/// </summary>
internal static class FairShares
{
    /// <summary>Returns the share of an instance, and whether the instances want more than there is.</summary>
    internal static (int Share, bool IsContended) Find(GrantTable table, GrantSettings settings, long now, GrantMember member)
    {
        var live = table.Members.FindAll(other => other.ExpiresAt > now);
        var available = settings.MaxConnections - GrantRules.KeptForNewcomers(table, settings) - table.Members.Where(other => other.ExpiresAt <= now).Sum(static other => other.Reserved);
        var wanted = live.Sum(Want);
        if (wanted <= available)
        {
            return (Want(member) + ((available - wanted) / live.Count), false);
        }

        // The highest level that fits.
        var (low, high) = (0, live.Max(Want));
        while (low < high)
        {
            var level = low + ((high - low + 1) / 2);
            (low, high) = live.Sum(other => At(other, level)) <= available ? (level, high) : (low, level - 1);
        }

        // What is left is less than one for each that wants more.
        var left = available - live.Sum(other => At(other, low));
        var next = live.Where(other => At(other, low + 1) > At(other, low)).OrderBy(static other => other.Id, StringComparer.Ordinal).Take(Math.Max(0, left));
        return (At(member, low) + (next.Contains(member) ? 1 : 0), true);
    }

    private static int Want(GrantMember member) => Math.Max(member.Guaranteed, member.Demand);

    private static int At(GrantMember member, int level) => Math.Max(member.Guaranteed, Math.Min(member.Demand, level));
}
