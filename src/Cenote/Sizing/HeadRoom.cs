namespace Cenote.Sizing;

/// <summary>
/// When connections are opened to keep some idle beyond those leased (<see cref="ConnectionPoolOptions.MinIdle"/>).
/// Guarded by the lock of the lease desk.
/// </summary>
/// <remarks>
/// <para>Where a lease usually lasts longer than an open, an open replaces what was leased sooner than a return does.
/// The pool then opens at once, also for the callers that wait.</para>
/// <para>Where leases are shorter, most of what is missing comes back before an open has ended. The missing connections
/// are then added up over time, and one is opened when they have been missing together for as long as an open takes:
/// see <see cref="Leasing.WaitedTime"/> for the reason. Head-room that comes back whole in the meantime opens
/// nothing, so a spike of short uses does not leave connections that the pool does not need.</para>
/// </remarks>
internal sealed class HeadRoom
{
    private TimeSpan _balance;
    private TimeSpan _seenAt;
    private int _missingBefore;

    /// <summary>Gets the number of connections, in any state, below which one more is to be opened now.</summary>
    internal int Target { get; private set; }

    /// <summary>
    /// Gets the number of connections that the head-room needs, whether or not they are to be opened now.
    /// </summary>
    internal int Needed { get; private set; }

    /// <summary>
    /// Gets the time until <see cref="Target"/> rises; zero when only a change in the pool raises it.
    /// </summary>
    internal TimeSpan DueIn { get; private set; }

    /// <summary>Gets whether connections are missing.</summary>
    internal bool IsMissing => _missingBefore > 0;

    /// <summary>Compares the head-room with the connections of the pool.</summary>
    /// <param name="minIdle">The connections to keep idle.</param>
    /// <param name="present">Connections in any state, and those being opened.</param>
    /// <param name="taken">Connections that are leased or being closed.</param>
    /// <param name="waiting">Callers that wait.</param>
    /// <param name="use">The usual duration of a lease, if it is known.</param>
    /// <param name="open">The usual duration of an open, if it is known.</param>
    /// <param name="now">The pool's clock.</param>
    internal void Observe(int minIdle, int present, int taken, int waiting, TimeSpan? use, TimeSpan? open, TimeSpan now)
    {
        DueIn = TimeSpan.Zero;
        var outlasts = open is not { } opening || opening == TimeSpan.Zero || use >= opening;
        Needed = taken + minIdle + (outlasts ? waiting : 0);
        var missing = Math.Max(0, Needed - present);

        // Without any lease, too, the pool has its head-room open. It is not a matter of time then.
        if (outlasts || missing == 0 || present < minIdle)
        {
            Target = missing == 0 ? 0 : outlasts ? Needed : minIdle;
            _balance = TimeSpan.Zero;
        }
        else
        {
            // What came back since the last look was not missing all the time, and what was taken was not either.
            _balance += Math.Min(missing, _missingBefore) * (now - _seenAt);
            var isDue = _balance >= open;
            Target = isDue ? present + 1 : 0;
            DueIn = isDue ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(1, (open.GetValueOrDefault() - _balance).Ticks / missing));
        }

        (_missingBefore, _seenAt) = (missing, now);
    }

    /// <summary>Records that an open has started.</summary>
    internal void Spend(TimeSpan open) => _balance = _balance > open ? _balance - open : TimeSpan.Zero;
}
