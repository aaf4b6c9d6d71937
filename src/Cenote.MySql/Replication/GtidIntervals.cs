using System.Text;

namespace Cenote.MySql.Replication;

/// <summary>
/// The transactions of one source: numbers from 1 on, as disjoint intervals in their order, of which no two touch.
/// Immutable.
/// </summary>
internal sealed class GtidIntervals
{
    private readonly (long First, long Last)[] _intervals;

    private GtidIntervals((long First, long Last)[] intervals) => _intervals = intervals;

    internal static GtidIntervals Of(IEnumerable<(long First, long Last)> intervals)
    {
        List<(long First, long Last)> merged = [];
        foreach (var (first, last) in intervals.OrderBy(static interval => interval.First))
        {
            if (merged.Count > 0 && first - 1 <= merged[^1].Last)
            {
                merged[^1] = (merged[^1].First, Math.Max(last, merged[^1].Last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return new GtidIntervals([.. merged]);
    }

    internal bool Covers(GtidIntervals other)
    {
        var mine = 0;
        foreach (var (first, last) in other._intervals)
        {
            while (mine < _intervals.Length && _intervals[mine].Last < first)
            {
                mine++;
            }

            // No two of these intervals touch, so one of them must contain the whole interval.
            if (mine == _intervals.Length || _intervals[mine].First > first || _intervals[mine].Last < last)
            {
                return false;
            }
        }

        return true;
    }

    internal GtidIntervals Combine(GtidIntervals other) => Of(_intervals.Concat(other._intervals));

    internal void AppendTo(StringBuilder text)
    {
        foreach (var (first, last) in _intervals)
        {
            text.Append(CultureInfo.InvariantCulture, $":{first}");
            if (last > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{last}");
            }
        }
    }
}
