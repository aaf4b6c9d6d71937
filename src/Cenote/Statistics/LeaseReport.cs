using System.Globalization;
using System.Text;

namespace Cenote;

/// <summary>
/// A report of the leases of a pool, as data and as text (<see cref="ToString"/>): the oldest first, grouped by call
/// site.
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

    /// <summary>Gets the name of the pool.</summary>
    public string PoolName { get; }

    /// <summary>Gets the time of the report.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>
    /// Gets the counts of the pool. They may differ from the list by leases that began or ended while the report was
    /// created.
    /// </summary>
    public PoolCounts Counts { get; }

    /// <summary>
    /// Gets the age from which a lease is suspected, or <see langword="null"/> without leak detection.
    /// </summary>
    public TimeSpan? Threshold { get; }

    /// <summary>Gets the leases, the oldest first.</summary>
    public IReadOnlyList<LeaseInfo> Leases { get; }

    /// <summary>Returns the report as text.</summary>
    public override string ToString()
    {
        var suspected = Leases.Count(static lease => lease.IsSuspectedLeak);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Pool '{PoolName}' at {Readable.Moment(Time)}: {Counts}.").AppendLine();
        text.Append(Leases.Count == 0 ? "No connection is rented." : FormattableString.Invariant($"{Readable.Count(Leases.Count, "lease")} from {Readable.Count(Sites().Count(), "place")}"));
        if (Leases.Count > 0)
        {
            text.Append(Threshold is { } threshold
                ? FormattableString.Invariant($", {Readable.Count(suspected, "suspected leak")} (held longer than {threshold.TotalSeconds:0.#} s).")
                : ". Set LeakDetection.Threshold to report leases that are held too long.");
        }

        text.AppendLine();
        foreach (var site in Sites())
        {
            Append(text, site);
        }

        return text.ToString();
    }

    /// <summary>Gets the call sites in the order of their oldest lease.</summary>
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
            text.Append(lease.IsSuspectedLeak ? ", SUSPECTED" : "").AppendLine(lease.IsEnlisted ? ", in an ambient transaction" : "");
            if (lease.Session is { } session)
            {
                text.Append("    at the server: ").Append(session).AppendLine();
            }

            if (lease.Origin is { } origin)
            {
                text.Append(CultureInfo.InvariantCulture, $"    rented on thread {origin.ThreadId}{(origin.ThreadName is { } name ? $" ({name})" : "")}{(origin.TaskId is { } task ? $", task {task}" : "")}");
                text.AppendLine().Append("    ").AppendLine(origin.StackTrace.ReplaceLineEndings(Environment.NewLine + "    "));
            }
        }
    }
}
