using System.Collections.Frozen;
using Cenote.Sizing;

namespace Cenote.Leasing;

/// <summary>
/// The lanes of a pool: which waiting caller the next connection serves, and how many connections each lane has.
/// Guarded by the desk's lock, except for the look-up of names.
/// </summary>
/// <remarks>
/// <para>
/// The order between lanes is start-time fair queueing: P. Goyal, H. M. Vin, H. Cheng, "Start-time Fair Queueing",
/// SIGCOMM 1996, section 2. A rent starts at <c>S = max(v, F)</c>, where <c>v</c> is the start of the last rent and
/// <c>F</c> the finish of the lane's last one, and finishes at <c>S + cost / weight</c>. The lane with the least start
/// is next. For several servers at once, as here: W. Jin, J. S. Chase, J. Kaur, "Interposed Proportional Sharing for a
/// Storage Service Utility", SIGMETRICS 2004, SFQ(D).
/// </para>
/// <para>
/// The cost is how long the lane's rents usually keep a connection, so that weights divide the time of connections. It
/// is bounded, so that one long lease does not lock its lane out for longer than <see cref="LargestCost"/> of others.
/// </para>
/// <para>
/// A connection counts for its lane from its rent until it is idle, passed on, or closed: also while it is reset,
/// validated or closed after the lease. The count is kept by slot, and changes under the lock only: a release looks at
/// the slot's state, so it may come late, or twice, and still counts once.
/// </para>
/// </remarks>
internal sealed class LaneTable
{
    /// <summary>The cost of a rent that was never measured, or is too short to be, in milliseconds.</summary>
    private const double SmallestCost = 0.001;

    private const double LargestCost = 1_000;

    private readonly Capacity _capacity;
    private readonly FrozenDictionary<string, int> _byName;
    private readonly int _default;
    private readonly int _reserves;

    /// <summary>The lane that the connection in a slot counts for, by the slot's number.</summary>
    private Charge[] _charges = [];
    private double _virtualTime;
    private double? _held;

    /// <summary>When connections beyond the reserves last became free, after none was.</summary>
    private TimeSpan _heldBackUntil;

    /// <summary>How many connections lanes have beyond their reserves.</summary>
    private int _beyondReserves;

    private LaneTable(PoolSettings settings, Capacity capacity)
    {
        _capacity = capacity;
        All = [.. settings.Lanes.Select((lane, index) => new LaneState(index, lane, lane.LoadShedding ?? settings.LoadShedding))];
        _byName = All.ToFrozenDictionary(static lane => lane.Name, static lane => lane.Index, StringComparer.OrdinalIgnoreCase);
        _default = settings.DefaultLane is { } name ? _byName[name] : 0;
        _reserves = All.Sum(static lane => lane.Reserve);
    }

    /// <summary>
    /// Gets or sets what tells whether the pool has so many connections, or can open them now, as far as it knows.
    /// </summary>
    internal Func<int, bool> CanHave { get; set; } = static _ => true;

    internal IReadOnlyList<LaneState> All { get; }

    /// <summary>Gets whether a lane rejects callers whose waits are long.</summary>
    internal bool Sheds => All.Any(static lane => lane.Shedding is not null);

    /// <summary>Creates the lanes of a pool; <see langword="null"/> without any.</summary>
    internal static LaneTable? Create(PoolSettings settings, Capacity capacity) => settings.Lanes.Count == 0 ? null : new LaneTable(settings, capacity);

    /// <summary>Returns the lane of the current flow; below 0 for one that the pool does not have.</summary>
    internal int FindCurrent() => Lane.Current is { } lane ? Find(lane) : _default;

    /// <summary>Returns the index of a lane; below 0 for one that the pool does not have.</summary>
    internal int Find(Lane lane) => _byName.TryGetValue(lane.Name, out var index) ? index : lane.IsOptional ? _default : -1;

    /// <summary>Returns the waiter that the next connection serves, if any may be served.</summary>
    internal Waiter? FindNext()
    {
        LaneState? next = null;
        foreach (var lane in All)
        {
            if (lane.Waiting.First is { } waiter && MayTake(lane)
                && (next is null || StartOf(lane) < StartOf(next) || (StartOf(lane) <= StartOf(next) && waiter.Sequence < next.Waiting.First!.Sequence)))
            {
                next = lane;
            }
        }

        return next?.Waiting.First;
    }

    /// <summary>Returns the waiter that a connection serves which is passed on from its lane.</summary>
    internal Waiter? FindNext(Slot passedOn)
    {
        if (LaneOf(passedOn) is not { } lane)
        {
            return FindNext();
        }

        Change(lane, -1);
        var waiter = FindNext();
        Change(lane, 1);
        return waiter;
    }

    /// <summary>
    /// Returns whether a lane may have one more connection: below its maximum, and without using what is reserved for
    /// others. Where the limit is not above the reserves, one connection is still for every lane.
    /// </summary>
    /// <remarks>
    /// Where the server refuses further connections, the reserves are among the existing ones.
    /// </remarks>
    internal bool MayTake(LaneState lane) =>
        IsServable(lane)
        && (lane.InUse < lane.Reserve || _reserves == 0 || _beyondReserves == 0 || CanHave(_reserves + _beyondReserves + 1));

    /// <summary>
    /// Returns since when a connection could serve callers of a lane, were all open that the limit allows: an open
    /// before that would have shortened no wait.
    /// </summary>
    internal TimeSpan ServableSince(int index, TimeSpan now) =>
        All[index] is var lane && !IsServable(lane) ? now
        : lane.InUse >= lane.Reserve && _heldBackUntil > lane.HeldBackUntil ? _heldBackUntil
        : lane.HeldBackUntil;

    /// <summary>
    /// Counts the waiters that connections could serve, were all open that the limit allows. More than
    /// <see cref="FindNext()"/> may serve from the existing ones.
    /// </summary>
    internal int CountServable()
    {
        var reserved = 0;
        var shared = 0;
        foreach (var lane in All)
        {
            var servable = Math.Min(lane.Waiting.Count, (lane.MaxSize ?? int.MaxValue) - lane.InUse);
            var fromReserve = Math.Clamp(lane.Reserve - lane.InUse, 0, Math.Max(0, servable));
            reserved += fromReserve;
            shared += Math.Max(0, servable - fromReserve);
        }

        return reserved + Math.Min(shared, Math.Max(0, Free));
    }

    internal bool IsFull(int lane, int maxWaiters) => All[lane].Waiting.Count >= (All[lane].MaxWaiters ?? maxWaiters);

    /// <summary>Counts a connection for the lane that has just rented it.</summary>
    /// <returns>Since when the lane could have it, see <see cref="ServableSince"/>.</returns>
    internal TimeSpan Take(int index, Slot slot, TimeSpan now)
    {
        Release(slot, now);
        var lane = All[index];
        var servableSince = ServableSince(index, now);
        if (slot.Id >= _charges.Length)
        {
            Array.Resize(ref _charges, Math.Max(slot.Id + 1, _charges.Length * 2));
        }

        _charges[slot.Id] = new Charge(lane, now);
        Change(lane, 1);
        lane.Rents++;
        var start = StartOf(lane);
        var cost = Math.Clamp(lane.Held ?? _held ?? 0, SmallestCost, LargestCost);
        (_virtualTime, lane.Finish) = (start, start + (cost / lane.Weight));
        return servableSince;
    }

    /// <summary>Ends the count for a lane, if the slot is free. It may have been, and may be rented again.</summary>
    internal void ReleaseIfFree(Slot slot, TimeSpan now)
    {
        if (slot.State is SlotState.Idle or SlotState.Empty)
        {
            Release(slot, now);
        }
    }

    /// <summary>Records that a waiter has left its lane, with or without a connection.</summary>
    internal void Left(int index)
    {
        if (All[index] is { Waiting.Count: 0, Shedding: { } shedding })
        {
            shedding.RecordEmpty();
        }
    }

    /// <summary>Forgets past waits, which were long for another reason than load.</summary>
    internal void RestartShedding()
    {
        foreach (var lane in All)
        {
            lane.Shedding?.Restart();
        }
    }

    /// <summary>Returns the lanes and their numbers as text, such as <c>batch 4 of 4 in use, 380 waiting</c>.</summary>
    internal string Describe() => string.Join(
        "; ",
        All.Select(static lane => FormattableString.Invariant($"{lane.Name} {lane.InUse}{(lane.MaxSize is { } max ? $" of {max}" : "")} in use, {lane.Waiting.Count} waiting")));

    /// <summary>
    /// Returns the settings that keep callers of a lane waiting beside connections of the pool, and what to do about
    /// them; <see langword="null"/> for none.
    /// </summary>
    internal string? DescribeBound(string name)
    {
        var lane = All[_byName[name]];
        if (lane.InUse >= lane.MaxSize)
        {
            return FormattableString.Invariant($" Lane '{lane.Name}' has its MaxSize of {lane.MaxSize}: raise it, or send less work into the lane at once.");
        }

        var unused = All.Where(other => other != lane && other.InUse < other.Reserve).ToList();
        return unused.Count == 0 || MayTake(lane)
            ? null
            : FormattableString.Invariant($" The reserves of other lanes keep {unused.Sum(static other => other.Reserve - other.InUse)} connections from lane '{lane.Name}': lower the Reserve of {string.Join(", ", unused.Select(static other => other.Name))}, raise MaxSize, or send less work into the lane at once.");
    }

    /// <summary>
    /// Returns how long a caller that came now would wait in a lane, with the connections that the lane has;
    /// <see langword="null"/> before one of its leases has ended.
    /// </summary>
    internal TimeSpan? EstimateWait(string name) =>
        All[_byName[name]] is { Held: { } held } lane ? TimeSpan.FromMilliseconds(held * (lane.Waiting.Count + 1) / Math.Max(1, lane.InUse)) : null;

    /// <summary>
    /// Gets how many connections lanes may still have beyond their reserves. One is always for every lane, by weight:
    /// also a lane below its reserve waits for its turn then.
    /// </summary>
    private int Free => Math.Max(1, _capacity.Limit - _reserves) - _beyondReserves;

    /// <summary>Returns whether a lane could have one more connection, were all open that the limit allows.</summary>
    private bool IsServable(LaneState lane) =>
        lane.InUse < (lane.MaxSize ?? int.MaxValue) && (lane.InUse < lane.Reserve || Free > 0);

    private double StartOf(LaneState lane) => Math.Max(_virtualTime, lane.Finish);

    internal HashSet<int> SlotsOf(int lane) =>
        [.. Enumerable.Range(0, _charges.Length).Where(slot => _charges[slot].Lane == All[lane])];

    private LaneState? LaneOf(Slot slot) => slot.Id < _charges.Length ? _charges[slot.Id].Lane : null;

    private void Release(Slot slot, TimeSpan now)
    {
        if (LaneOf(slot) is not { } lane)
        {
            return;
        }

        var held = Math.Max(0, (now - _charges[slot.Id].Since).TotalMilliseconds);
        lane.Held = Average(lane.Held, held);
        _held = Average(_held, held);
        _charges[slot.Id] = default;
        lane.HeldBackUntil = lane.InUse >= lane.MaxSize ? now : lane.HeldBackUntil;
        _heldBackUntil = Free <= 0 ? now : _heldBackUntil;
        Change(lane, -1);
    }

    /// <summary>
    /// Returns an average in which the latest counts most. The costs of a lane's rents then add up to their durations.
    /// </summary>
    private static double Average(double? before, double latest) => before is { } average ? average + ((latest - average) / 8) : latest;

    private void Change(LaneState lane, int by)
    {
        var before = Math.Max(0, lane.InUse - lane.Reserve);
        lane.InUse += by;
        _beyondReserves += Math.Max(0, lane.InUse - lane.Reserve) - before;
    }

    private readonly record struct Charge(LaneState? Lane, TimeSpan Since);
}
