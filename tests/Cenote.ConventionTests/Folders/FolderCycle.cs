namespace Cenote.ConventionTests.Folders;

/// <summary>Looks for a shortest cycle among folders that use each other.</summary>
internal static class FolderCycle
{
    /// <summary>The uses that form a cycle, one for each step; empty without a cycle.</summary>
    internal static IReadOnlyList<FolderUse> Find(IEnumerable<FolderUse> uses)
    {
        var steps = uses.Where(static use => use.From != use.To).DistinctBy(static use => (use.From, use.To)).ToLookup(static use => use.From, StringComparer.Ordinal);
        return steps.Select(start => FindFrom(start.Key, steps)).Where(static cycle => cycle.Count > 0).MinBy(static cycle => cycle.Count) ?? [];
    }

    private static List<FolderUse> FindFrom(string start, ILookup<string, FolderUse> steps)
    {
        var cameBy = new Dictionary<string, FolderUse>(StringComparer.Ordinal);
        var next = new Queue<string>([start]);
        while (next.TryDequeue(out var folder))
        {
            foreach (var use in steps[folder])
            {
                if (!cameBy.TryAdd(use.To, use))
                {
                    continue;
                }

                if (use.To == start)
                {
                    return Path(start, cameBy);
                }

                next.Enqueue(use.To);
            }
        }

        return [];
    }

    private static List<FolderUse> Path(string start, Dictionary<string, FolderUse> cameBy)
    {
        var path = new List<FolderUse> { cameBy[start] };
        while (path[^1].From != start)
        {
            path.Add(cameBy[path[^1].From]);
        }

        path.Reverse();
        return path;
    }
}
