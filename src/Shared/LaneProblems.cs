namespace Cenote.Shared;

/// <summary>Finds the problems of the lanes of a pool.</summary>
internal static class LaneProblems
{
    internal const int MostLanes = 16;
    internal const string NameRange = "1 to 63 ASCII letters, digits, hyphens, underscores and periods";
    private const int LongestName = 63;
    private const int LargestWeight = 1_000;
    private const int MostWaiters = 1_000_000;

    internal static bool IsName(string? name) =>
        name is { Length: > 0 and <= LongestName } && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    internal static void Find(OptionProblems problems, ConnectionPoolOptions options)
    {
        if (options.Lanes is not { } lanes || lanes.Any(static lane => lane is null))
        {
            problems.Add("Lanes, or one of them, is null. Leave the list empty for a pool without lanes.");
            return;
        }

        if (lanes.Count > MostLanes)
        {
            problems.Add($"Lanes has {lanes.Count} lanes. It must have {MostLanes} at most.");
        }

        for (var i = 0; i < lanes.Count; i++)
        {
            if (IsName(lanes[i].Name))
            {
                Find(problems, $"Lanes[{lanes[i].Name}]", lanes[i]);
            }
            else
            {
                problems.Add($"Lanes[{i}].Name is not a name of a lane. Use {NameRange}.");
            }
        }

        foreach (var same in lanes.Where(static lane => IsName(lane.Name)).GroupBy(static lane => lane.Name, StringComparer.OrdinalIgnoreCase).Where(static group => group.Count() > 1))
        {
            problems.Add($"Lanes has {same.Count()} lanes with the name '{same.Key}'. Case does not matter. Give each lane its own name.");
        }

        FindReserves(problems, options);
        if (options.DefaultLane is { } name && !lanes.Any(lane => string.Equals(lane.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            problems.Add($"DefaultLane is {(IsName(name) ? $"'{name}'" : "not a name of a lane")}, but {(lanes.Count == 0 ? "the pool has no lanes. Add the lane to Lanes, or remove DefaultLane." : $"the lanes are {string.Join(", ", lanes.Select(static lane => IsName(lane.Name) ? lane.Name : "?"))}. Use one of them, or leave it null for the first.")}");
        }
    }

    private static void Find(OptionProblems problems, string path, LaneOptions lane)
    {
        problems.FindNumber($"{path}.Weight", lane.Weight, 1, LargestWeight);
        problems.FindNumber($"{path}.MaxSize", lane.MaxSize ?? 1, 1, OptionProblems.LargestPool);
        problems.FindNumber($"{path}.MaxWaiters", lane.MaxWaiters ?? 1, 1, MostWaiters);
        problems.FindNumber($"{path}.Reserve", lane.Reserve, 0, OptionProblems.LargestPool);
        if (lane.Reserve > lane.MaxSize)
        {
            problems.Add($"{path}.Reserve is {lane.Reserve}, larger than its MaxSize, which is {lane.MaxSize}. Lower Reserve or raise MaxSize.");
        }

        if (lane.LoadShedding is { } shedding)
        {
            problems.FindDuration($"{path}.LoadShedding.TargetDelay", shedding.TargetDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
            problems.FindDuration($"{path}.LoadShedding.Interval", shedding.Interval, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
            problems.FindLonger($"{path}.LoadShedding.TargetDelay", shedding.TargetDelay, "Interval", shedding.Interval);
        }
    }

    private static void FindReserves(OptionProblems problems, ConnectionPoolOptions options)
    {
        var reserves = ReservesOf(options.Lanes);
        var most = options.Lanes.All(static lane => lane.Reserve > 0) ? options.MaxSize : options.MaxSize - 1;
        if (reserves > 0 && reserves > most && options.MaxSize is >= 1 and <= OptionProblems.LargestPool)
        {
            problems.Add(reserves > options.MaxSize
                ? $"The reserves of Lanes are {reserves} connections together, more than MaxSize, which is {options.MaxSize}. Lower them or raise MaxSize."
                : $"The reserves of Lanes are {reserves} connections together, which is MaxSize, so lanes without a reserve would get none. Lower them, raise MaxSize, or give each lane a reserve.");
        }

        if (reserves <= most)
        {
            FindGuarantee(problems, options.Lanes, options.Budget?.Name, Math.Max(options.GuaranteedSize, options.MinSize), options.MaxSize);
        }
    }

    /// <summary>Finds out whether the budget of a pool guarantees the reserves.</summary>
    /// <param name="problems">Receives the problem.</param>
    /// <param name="lanes">The lanes of the pool.</param>
    /// <param name="budget">The name of the budget; <see langword="null"/> for a pool without one.</param>
    /// <param name="guaranteed">The number of connections that are guaranteed to the pool.</param>
    /// <param name="maxSize">The maximum size of the pool.</param>
    internal static void FindGuarantee(OptionProblems problems, IReadOnlyCollection<LaneOptions> lanes, string? budget, int guaranteed, int maxSize)
    {
        var (reserves, needed) = (ReservesOf(lanes), GuaranteeFor(lanes, maxSize));
        if (budget is not null && guaranteed < needed)
        {
            problems.Add($"The reserves of Lanes are {reserves} connections together, but Budget '{budget}' guarantees {guaranteed} connections to the pool (the larger of GuaranteedSize and MinSize), so other pools could have the reserved ones. Set GuaranteedSize to {needed} or more{(needed > reserves ? ", one for the lanes without a reserve" : "")}, or lower the reserves.");
        }
    }

    /// <summary>
    /// Returns how many connections a budget must guarantee for the reserves. A running pool may have become smaller
    /// than its lanes need, and cannot use more than its size.
    /// </summary>
    internal static int GuaranteeFor(IReadOnlyCollection<LaneOptions> lanes, int maxSize) => ReservesOf(lanes) is > 0 and var reserves
        ? (int)Math.Min(maxSize, reserves + (lanes.All(static lane => lane.Reserve > 0) ? 0 : 1))
        : 0;

    private static long ReservesOf(IReadOnlyCollection<LaneOptions> lanes) => lanes.Sum(static lane => (long)Math.Max(0, lane.Reserve));
}
