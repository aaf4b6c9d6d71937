using Cenote.Leasing;
using Cenote.Sizing;

namespace Cenote.Maintenance;

/// <summary>
/// Whether a pool is at rest: nothing has happened in it for some ticks, and no connection is in use. The tasks that
/// follow the pool's activity have settled by then, and only the tasks that become due with time have work.
/// </summary>
internal sealed class RestWatch(PoolSettings settings, LeaseDesk desk, ClockTick clock)
{
    /// <summary>
    /// The number of ticks without a change. Enough to confirm a diagnosis and to trim spare objects.
    /// </summary>
    internal const int TicksToRest = 12;

    private readonly bool _isFixed = settings.SizingPolicy is null;
    private Picture _picture;
    private int _unchanged;

    internal bool IsAtRest => _unchanged >= TicksToRest;

    /// <summary>Compares the pool with how it was a tick ago. Reads a few fields, and allocates nothing.</summary>
    internal void Look()
    {
        var picture = Take();
        _unchanged = picture.IsQuiet && picture == _picture ? Math.Min(_unchanged + 1, TicksToRest) : 0;
        _picture = picture;
    }

    private Picture Take()
    {
        // A sizing policy decides by itself when it has something to do.
        var isQuiet = _isFixed && !desk.Attention.HasAny(~Attention.Lasting);
        var words = 0L;
        foreach (var slot in desk.Slots.All)
        {
            var word = slot.Word;
            words = (words * 31) + word;
            isQuiet &= SlotWord.StateOf(word) is SlotState.Idle or SlotState.Empty;
        }

        // A validation that a failure requires moves the limit of freshness. Otherwise it follows the clock.
        var capacity = desk.ReadCapacity();
        var freshSince = desk.FreshSince;
        return new Picture(
            isQuiet && capacity.Total >= Math.Max(capacity.MinSize, Math.Min(capacity.MinIdle, capacity.Limit)),
            words,
            capacity,
            desk.Meters.Opened.Value,
            desk.Meters.OpenFailures.Value,
            desk.Meters.LastOpenFailure is not null,
            desk.Standstills,
            clock.Pace == long.MaxValue ? freshSince : desk.Now - freshSince,
            settings.Followed);
    }

    private readonly record struct Picture(
        bool IsQuiet, long Words, CapacityView Capacity, long Opened, long OpenFailures, bool HasFailed, int Standstills, long Freshness, ConnectionPoolOptions Settings);
}
