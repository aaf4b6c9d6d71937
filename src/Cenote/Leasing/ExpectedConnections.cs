using Cenote.Statistics;
using Cenote.Time;

namespace Cenote.Leasing;

/// <summary>
/// The connections that will soon be idle because their reset or validation is in progress, and how long that and an
/// open usually take. A caller waits for such a connection where that serves it sooner than another open.
/// </summary>
internal sealed class ExpectedConnections(PoolClock clock)
{
    /// <summary>
    /// An excess over the usual time that means nothing, because the machine itself may stutter this long.
    /// </summary>
    private static readonly TimeSpan Stutter = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// The shortest time after which work that takes many times longer than usual is no longer counted on.
    /// </summary>
    private static readonly TimeSpan ShortestHang = TimeSpan.FromMilliseconds(250);

    private RunningAverage _resets;
    private RunningAverage _validations;
    private RunningAverage _opens;
    private RunningAverage _uses;

    internal ref RunningAverage Resets => ref _resets;

    internal ref RunningAverage Validations => ref _validations;

    internal ref RunningAverage Opens => ref _opens;

    /// <summary>Gets the usual duration of a lease, by the leases that were measured.</summary>
    internal ref RunningAverage Uses => ref _uses;

    /// <summary>Records that the work on a slot has succeeded.</summary>
    internal void End(Slot slot, ref RunningAverage average)
    {
        if (slot.Age.PreparingSince is var since and not 0)
        {
            average.Record(clock.ElapsedSince(since));
        }
    }

    /// <summary>Returns the connections that are expected.</summary>
    internal Outlook GetOutlook(ReadOnlySpan<Slot> slots)
    {
        // Without a measured open, the sooner one is unknown.
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

            // Work that was never measured is expected at once, and gets as long as an open would take.
            var usual = (state == SlotState.Resetting ? Resets : Validations).Value ?? TimeSpan.Zero;
            var elapsed = clock.ElapsedSince(slot.Age.PreparingSince);

            // Beyond that it is doubtful. Waiting as long as an open takes, and opening then, costs no more than twice
            // the best possible.
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
    /// <param name="Late">Connections that are expected after it, or that take longer than they should.</param>
    /// <param name="DoubtIn">The time until the first of them takes too long for how it is counted.</param>
    internal readonly record struct Outlook(int Soon, int Late, TimeSpan DoubtIn)
    {
        internal bool HasAny => Soon + Late > 0;

        /// <summary>
        /// Returns how many waiting callers an open would serve sooner. A caller may pass over one late connection.
        /// With two of them it waits, because quick successive rents would otherwise open one connection after the
        /// other.
        /// </summary>
        internal int CountNeedy(int waiting) => Math.Max(0, Math.Min(waiting - Soon, (2 * waiting) - Soon - Late));

        internal Outlook With(bool isSoon, TimeSpan left) =>
            new(Soon + (isSoon ? 1 : 0), Late + (isSoon ? 0 : 1), HasAny && DoubtIn < left ? DoubtIn : left);
    }
}
