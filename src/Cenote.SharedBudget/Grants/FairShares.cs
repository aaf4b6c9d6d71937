using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Cenote.SharedBudget.Grants;

/// <summary>
/// Max-min fair shares of the live instances: each has what it wants or as much as any other, and never less than its
/// guaranteed part. What no instance wants is divided equally, so that an instance need not wait for its next callers.
/// </summary>
/// <remarks>Each renewal finds a share, so this is loops over plain numbers: one for each bit of the level.</remarks>
internal static class FairShares
{
    /// <summary>Returns the share of an instance, and whether the instances want more than there is.</summary>
    internal static (int Share, bool IsContended) Find(GrantTable table, GrantSettings settings, long now, GrantMember member)
    {
        var (taken, wanted, largest, live, places) = (0L, 0L, 0, 0, 0);
        foreach (var other in table.Members)
        {
            places += other.HasPlace ? 1 : 0;
            if (other.ExpiresAt <= now)
            {
                taken += other.Reserved;
                continue;
            }

            live++;
            wanted += Want(other);
            largest = Math.Max(largest, Want(other));
        }

        var available = settings.MaxConnections - GrantRules.KeptForNewcomers(places, settings) - table.Strangers - taken;
        if (wanted <= available)
        {
            return ((int)(Want(member) + ((available - wanted) / live)), false);
        }

        var (level, sum) = FindLevel(table, now, live, available, (int)Math.Min(largest, Math.Max(0, available)));

        // What is left is less than one for each that wants more: it goes to the first in the order of their ids.
        var left = available - sum;
        var hasMore = left > 0 && IsAbove(member, level) && HasFewerBefore(table, now, member, level, left);
        return (At(member, level) + (hasMore ? 1 : 0), true);
    }

    /// <summary>Returns whether fewer than so many that want more come before one in the order of their ids.</summary>
    private static bool HasFewerBefore(GrantTable table, long now, GrantMember member, int level, long limit)
    {
        foreach (var other in table.Members)
        {
            if (other.ExpiresAt > now && IsAbove(other, level) && string.CompareOrdinal(other.Id, member.Id) < 0 && --limit == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the highest level that fits, or 0, and what the live instances have there.</summary>
    private static (int Level, long Sum) FindLevel(GrantTable table, long now, int live, long available, int highest)
    {
        var numbers = ArrayPool<int>.Shared.Rent(2 * live);
        var guaranteed = numbers.AsSpan(0, live);
        var demand = numbers.AsSpan(live, live);
        var next = 0;
        foreach (var member in table.Members)
        {
            if (member.ExpiresAt > now)
            {
                (guaranteed[next], demand[next]) = (member.Guaranteed, member.Demand);
                next++;
            }
        }

        var (low, high) = (0, highest);
        while (low < high)
        {
            var level = low + ((high - low + 1) / 2);
            (low, high) = Sum(guaranteed, demand, level) <= available ? (level, high) : (low, level - 1);
        }

        var sum = Sum(guaranteed, demand, low);
        ArrayPool<int>.Shared.Return(numbers);
        return (low, sum);
    }

    private static long Sum(ReadOnlySpan<int> guaranteed, ReadOnlySpan<int> demand, int level)
    {
        // No lane overflows: each adds at most the maximum of a budget, once for every few of its instances.
        var guaranteedParts = MemoryMarshal.Cast<int, Vector<int>>(guaranteed);
        var demandParts = MemoryMarshal.Cast<int, Vector<int>>(demand);
        var (parts, levels) = (Vector<int>.Zero, new Vector<int>(level));
        for (var i = 0; i < guaranteedParts.Length; i++)
        {
            parts += Vector.Max(guaranteedParts[i], Vector.Min(demandParts[i], levels));
        }

        var sum = 0L;
        for (var lane = 0; lane < Vector<int>.Count; lane++)
        {
            sum += parts[lane];
        }

        for (var i = guaranteedParts.Length * Vector<int>.Count; i < guaranteed.Length; i++)
        {
            sum += Math.Max(guaranteed[i], Math.Min(demand[i], level));
        }

        return sum;
    }

    private static bool IsAbove(GrantMember member, int level) => At(member, level + 1) > At(member, level);

    private static int Want(GrantMember member) => Math.Max(member.Guaranteed, member.Demand);

    private static int At(GrantMember member, int level) => Math.Max(member.Guaranteed, Math.Min(member.Demand, level));
}
