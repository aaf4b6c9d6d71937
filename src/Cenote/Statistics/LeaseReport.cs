using System.Globalization;
using System.Text;

namespace Cenote;

/// <summary>
/// Who holds a pool's connections, as data and, by <see cref="ToString"/>, as a text to act on: the oldest first,
/// grouped by call site.
/// </summary>
public sealed class LeaseReport
{
    internal LeaseReport(string poolName, DateTimeOffset time, PoolCounts counts, TimeSpan? threshold, IReadOnlyList<LeaseInfo> leases)
    {
        PoolName = poolName;
        Time = time;
        Counts = counts;
        Threshold = threshold;
        Leases = leases;
    }

    /// <summary>The pool's name.</summary>
    public string PoolName { get; }

    /// <summary>When the report was made.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>
    /// The pool's numbers. Leases come and go while a report is made: the numbers may differ from the list by those.
    /// </summary>
    public PoolCounts Counts { get; }

    /// <summary>From which age on a lease is suspected; <see langword="null"/> when none is.</summary>
    public TimeSpan? Threshold { get; }

    /// <summary>The leases, the oldest first.</summary>
    public IReadOnlyList<LeaseInfo> Leases { get; }

    /// <summary>The report as text.</summary>
    public override string ToString()
    {
        var suspects = Leases.Count(static lease => lease.IsSuspectedLeak);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Pool '{PoolName}' at {Readable.Moment(Time)}: {Counts}.").AppendLine();
        text.Append(Leases.Count == 0 ? "No connection is rented." : FormattableString.Invariant($"{Readable.Count(Leases.Count, "lease")} from {Readable.Count(Sites().Count(), "place")}"));
        if (Leases.Count > 0)
        {
            text.Append(Threshold is { } threshold
                ? FormattableString.Invariant($", {suspects} suspected of being leaked (held longer than {threshold.TotalSeconds:0.#} s).")
                : ". Set LeakDetection.Threshold to have those held too long reported.");
        }

        text.AppendLine();
        foreach (var site in Sites())
        {
            Append(text, site);
        }

        return text.ToString();
    }

    /// <summary>In the order of the oldest lease of each.</summary>
    private IEnumerable<IGrouping<CallSite, LeaseInfo>> Sites() => Leases.GroupBy(static lease => lease.CallSite);

    private static void Append(StringBuilder text, IGrouping<CallSite, LeaseInfo> site)
    {
        text.AppendLine().Append(CultureInfo.InvariantCulture, $"{site.Key}: {site.Count()}").AppendLine();
        if (site.Key.IsKnown)
        {
            text.Append("  in ").AppendLine(site.Key.FilePath);
        }

        foreach (var lease in site)
        {
            text.Append(CultureInfo.InvariantCulture, $"  slot {lease.SlotId}, held {lease.Age.TotalSeconds:F1} s since {lease.RentedAt:HH:mm:ss}");
            text.Append(lease.IsSuspectedLeak ? ", SUSPECTED" : "").AppendLine();
            if (lease.Origin is { } origin)
            {
                text.Append(CultureInfo.InvariantCulture, $"    rented on thread {origin.ThreadId}{(origin.ThreadName is { } name ? $" ({name})" : "")}{(origin.TaskId is { } task ? $", task {task}" : "")}");
                text.AppendLine().Append("    ").AppendLine(origin.StackTrace.ReplaceLineEndings(Environment.NewLine + "    "));
            }
        }
    }
}
