using Cenote.Leasing;
using Cenote.Maintenance;
using Cenote.Statistics;

namespace Cenote.Diagnosing;

/// <summary>
/// The task that decides when the server is queried for the sessions of the leases: while callers wait for long, and
/// for a long lease at growing intervals. A healthy pool is never queried for, and costs a look at its slots a second.
/// </summary>
internal sealed class ActivityMonitor(PoolSettings settings, LeaseDesk desk, SessionReports reports, Func<bool> tryQuery) : IMaintenanceTask
{
    /// <summary>The shortest time between two reports of a pool.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>The age of a long lease when no threshold for leaks is set.</summary>
    private static readonly TimeSpan LongLease = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, (long Ticket, long NextAge)> _longLeases = [];

    public void Run()
    {
        if (MayServe() && desk.Meters.LastOpenFailure is null && !IsPausing() && (IsSaturated() || HasLongLease())
            && desk.Slots.CountOf(SlotState.Leased) > 0 && desk.GetCircuitStatus().State == CircuitState.Closed && tryQuery())
        {
            RecordLongLeases();
        }
    }

    /// <summary>Returns whether callers wait for leases to end, and not because an operator has stopped them.</summary>
    private bool MayServe() => !desk.Attention.HasAny(Attention.Suspended | Attention.Closed | Attention.Isolated);

    /// <summary>
    /// Returns whether a caller waits for long, or has reached its timeout. Where timeouts are short, the first caller
    /// may get no answer.
    /// </summary>
    private bool IsSaturated()
    {
        var longest = desk.ReadLongestWait();
        return reports.IsWanted(settings.Clock.Elapsed) || (longest > TimeSpan.Zero && (longest >= LongWait || longest >= settings.AcquireTimeout / 4));
    }

    private bool IsPausing() =>
        reports.Last is { } last && settings.Clock.Elapsed - last.At < (last.HasFailed ? ServerGate.PauseAfterFailure : Pause);

    private bool HasLongLease()
    {
        foreach (var slot in desk.Slots.All)
        {
            if (slot.Word is var word && SlotWord.StateOf(word) == SlotState.Leased && AgeOf(slot) is var age && age >= LongAge
                && !(_longLeases.TryGetValue(slot.Id, out var seen) && seen.Ticket == word && age < seen.NextAge))
            {
                return true;
            }
        }

        return false;
    }

    private void RecordLongLeases()
    {
        foreach (var slot in desk.Slots.All)
        {
            if (slot.Word is var word && SlotWord.StateOf(word) == SlotState.Leased && AgeOf(slot) is var age && age >= LongAge)
            {
                _longLeases[slot.Id] = (word, age * 2);
            }
            else
            {
                _longLeases.Remove(slot.Id);
            }
        }
    }

    /// <summary>Gets the age of a long lease, in milliseconds: some seconds before it is a suspected leak.</summary>
    private long LongAge => (long)(settings.LeakThreshold is { } threshold ? threshold * 0.8 : LongLease).TotalMilliseconds;

    private long AgeOf(Slot slot) => desk.Now - slot.FreshAt;
}
