using Cenote.Statistics;
using Cenote.Time;

namespace Cenote.Leasing;

/// <summary>
/// Connections that will be idle without anybody's doing, since their reset or validation is under way; and how long
/// that and an open usually take. A caller waits for such a connection where that serves it sooner than another open.
/// </summary>
internal sealed class ExpectedConnections(PoolClock clock)
{
    /// <summary>
    /// Work that takes longer than usual by less than this says nothing: the machine itself stutters so.
    /// </summary>
    private static readonly TimeSpan Stutter = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Work that takes many times longer than usual, and at least this long, counts for nothing any more.
    /// </summary>
    private static readonly TimeSpan ShortestHang = TimeSpan.FromMilliseconds(250);

    internal RunningAverage Resets { get; } = new();

    internal RunningAverage Validations { get; } = new();

    internal RunningAverage Opens { get; } = new();

    /// <summary>The work on a slot begins, or is about to.</summary>
    internal void Begin(Slot slot) => slot.Age.PreparingSince = clock.GetTimestamp();

    /// <summary>The work on a slot has ended well.</summary>
    internal void End(Slot slot, RunningAverage average)
    {
        if (slot.Age.PreparingSince is var since and not 0)
        {
            average.Record(clock.ElapsedSince(since));
        }
    }

    /// <summary>Looks at what is coming.</summary>
    internal Outlook GetOutlook(ReadOnlySpan<Slot> slots)
    {
        // Without a measured open nobody knows what would be sooner.
        var outlook = default(Outlook);
        if (Opens.Value is not { } open)
        {
            return outlook;
        }

        foreach (var slot in slots)
        {
            var state = slot.State;
            if (state is not (SlotState.Resetting or SlotState.Validating) || slot.Age.PreparingSince == 0 || slot.RetireReason is not null)
            {
                continue;
            }

            // Work that was never measured is expected at once, and given as long as an open would take.
            var usual = (state == SlotState.Resetting ? Resets : Validations).Value ?? TimeSpan.Zero;
            var elapsed = clock.ElapsedSince(slot.Age.PreparingSince);

            // Beyond that it is doubtful. To wait as long as an open takes, and to open then, costs no more than twice
            // the best that could have been done.
            var doubtful = usual + usual + open;
            doubtful = doubtful > Stutter ? doubtful : Stutter;
            var hanging = doubtful * 10 > ShortestHang ? doubtful * 10 : ShortestHang;
            if (elapsed < doubtful)
            {
                outlook = outlook.With(isSoon: usual - elapsed <= open, doubtful - elapsed);
            }
            else if (elapsed < hanging)
            {
                outlook = outlook.With(isSoon: false, hanging - elapsed);
            }
        }

        return outlook;
    }

    /// <param name="Soon">Connections that are expected before one that would be opened now.</param>
    /// <param name="Late">Those that are expected after it, or have taken longer than they should.</param>
    /// <param name="DoubtIn">When the first of them will have taken too long for what it is counted as.</param>
    internal readonly record struct Outlook(int Soon, int Late, TimeSpan DoubtIn)
    {
        internal bool HasAny => Soon + Late > 0;

        /// <summary>
        /// How many of the callers that wait are served sooner by an open. A caller may pass over one connection that
        /// comes late; with two of them it waits, since somebody who rents in a hurry would otherwise open one after
        /// the other.
        /// </summary>
        internal int CountNeedy(int waiting) => Math.Max(0, Math.Min(waiting - Soon, (2 * waiting) - Soon - Late));

        internal Outlook With(bool isSoon, TimeSpan left) =>
            new(Soon + (isSoon ? 1 : 0), Late + (isSoon ? 0 : 1), HasAny && DoubtIn < left ? DoubtIn : left);
    }
}
