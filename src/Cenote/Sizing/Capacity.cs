namespace Cenote.Sizing;

/// <summary>
/// The number of connections that exist, are allowed and are wanted. Guarded by the lock of the lease desk.
/// </summary>
internal sealed class Capacity(int minSize, int maxSize, int limit, int maxConcurrentOpens, TimeSpan holdAfterFailure, bool asksForCredentials = false)
{
    /// <summary>The shortest pause between a failed open and the next.</summary>
    internal static readonly TimeSpan ShortestHold = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HoldForOtherCredentials = TimeSpan.FromMilliseconds(500);

    private const long CeilingMemory = 60_000;

    private readonly OpenPace _pace = new(maxConcurrentOpens);
    private bool _hasFreshDemand;
    private long _holdUntil;
    private long _refusedUntil;
    private TimeSpan _refusal;
    private int _ceiling = int.MaxValue;
    private long _ceilingUntil;
    private TimeSpan _ceilingHold;
    private long _grown;
    private long _shrunk;
    private long _refusals;

    internal int MinSize { get; private set; } = minSize;

    internal int MaxSize { get; private set; } = maxSize;

    /// <summary>
    /// Gets or sets the number of connections kept idle beyond those leased, as far as the limit allows.
    /// </summary>
    internal int MinIdle { get; set; }

    /// <summary>Gets the smallest limit that a sizing policy may set.</summary>
    internal int SmallestLimit => SmallestLimitOf(MinSize, MaxSize, MinIdle);

    /// <summary>Gets or sets when head-room is opened; <see langword="null"/> while none is configured.</summary>
    internal HeadRoom? HeadRoom { get; set; }

    /// <summary>Gets the size in force: the maximum number of open connections.</summary>
    internal int Limit { get; private set; } = limit;

    /// <summary>
    /// Gets the number of slots that are not empty: open connections, and those being opened or closed.
    /// </summary>
    internal int Total { get; private set; }

    internal int Opening { get; private set; }

    /// <summary>
    /// Gets the number of opens in progress whose connections will not be used. They take up room until they have
    /// ended, and count for nothing else.
    /// </summary>
    internal int ObsoleteOpens { get; private set; }

    /// <summary>Gets the number of opens in progress that may still serve a caller.</summary>
    internal int UnderWay => Opening - ObsoleteOpens;

    /// <summary>Gets the number of connections wanted for a warm-up, until it is reached.</summary>
    internal int WarmUpTarget { get; private set; }

    /// <summary>Gets or sets the number of connections wanted to replace old ones.</summary>
    internal int Replacements { get; set; }

    /// <summary>
    /// Records a caller that found no connection, which justifies an open even shortly after a failure.
    /// </summary>
    internal void RecordDemand() => _hasFreshDemand = true;

    internal bool HasRoom => Total < Limit;

    /// <summary>
    /// Returns whether the server refused our credentials so recently that not even a new caller justifies an open,
    /// because accounts get locked. After that, one open at a time tries them.
    /// </summary>
    internal bool RefusesOpens(long now) => now < _refusedUntil || (_refusal > TimeSpan.Zero && UnderWay > 0);

    /// <summary>Returns whether one more open should start.</summary>
    internal bool WantsOpening(int waiting, long now)
    {
        if (!HasRoom || RefusesOpens(now) || IsAtCeiling(now))
        {
            return false;
        }

        var mayTry = now >= _holdUntil;
        return (waiting > UnderWay && (mayTry || _hasFreshDemand) && _pace.Allows(UnderWay, forCaller: true))
            || (mayTry && (Total - ObsoleteOpens < Wanted(HeadRoom?.Target ?? 0) || UnderWay < Replacements) && _pace.Allows(UnderWay, forCaller: false));
    }

    /// <summary>Returns the same for an open that is in progress and already counted.</summary>
    internal bool StillWantsOpening(int waiting) =>
        Total <= Limit && (waiting >= UnderWay || Total - ObsoleteOpens <= Wanted(HeadRoom?.Needed ?? 0) || UnderWay <= Replacements);

    /// <summary>Returns the number of connections wanted although no caller waits for them.</summary>
    private int Wanted(int forHeadRoom) => Math.Max(Math.Max(MinSize, WarmUpTarget), forHeadRoom);

    internal static int SmallestLimitOf(int minSize, int maxSize, int minIdle) => Math.Max(1, Math.Max(minSize, Math.Min(minIdle, maxSize)));

    internal void BeginOpening()
    {
        _hasFreshDemand = false;
        Total++;
        Opening++;
    }

    /// <summary>Begins a new generation: connections of the opens in progress will not be used.</summary>
    internal void MarkOpensObsolete() => ObsoleteOpens = Opening;

    /// <param name="hasOpened">Whether the open produced a connection.</param>
    /// <param name="closing">The number of connections that are being closed.</param>
    /// <param name="wasDoomed">Whether its connection must not be used.</param>
    internal void EndOpening(bool hasOpened, int closing, bool wasDoomed)
    {
        Opening--;
        ObsoleteOpens -= wasDoomed ? 1 : 0;
        if (hasOpened)
        {
            _pace.RecordSuccess();
            EndRefusal();
            RaiseCeiling();
        }

        if (hasOpened && !wasDoomed && Replacements > 0)
        {
            // This one may serve as one of them; maintenance counts again at its next tick.
            Replacements--;
        }

        WarmUpTo(0, closing);
    }

    /// <summary>
    /// Requests a warm-up beside those in progress. A target that is reached is forgotten, so that it does not refill
    /// connections that retire later.
    /// </summary>
    /// <param name="target">The number of connections wanted.</param>
    /// <param name="closing">The connections that are being closed, which no longer count for a warm-up.</param>
    internal void WarmUpTo(int target, int closing)
    {
        WarmUpTarget = Math.Max(WarmUpTarget, target);
        if (Total - Opening - closing >= WarmUpTarget)
        {
            WarmUpTarget = 0;
        }
    }

    /// <summary>Records that a slot became empty.</summary>
    internal void Release() => Total--;

    /// <summary>
    /// Holds opens after a failed one: only a new caller makes the pool try again at once, so it never spins on a dead
    /// server.
    /// </summary>
    internal void HoldOpens(long now)
    {
        _holdUntil = now + (long)holdAfterFailure.TotalMilliseconds;
        WarmUpTarget = 0;
    }

    internal void ForgetWarmUp() => WarmUpTarget = 0;

    /// <summary>Holds opens after the server answered with a refusal. Refusals that come together count once.</summary>
    /// <param name="now">The pool's clock in milliseconds.</param>
    /// <param name="kind">The kind of the refusal.</param>
    /// <param name="live">The number of connections that the server has accepted.</param>
    internal void HoldRefused(long now, FailureKind kind, int live)
    {
        _pace.RecordFailure();
        if (kind == FailureKind.InvalidCredentials && now >= _refusedUntil)
        {
            // A callback may return other credentials by now.
            _refusal = asksForCredentials ? HoldForOtherCredentials : Longer(_refusal);
            _refusedUntil = now + (long)_refusal.TotalMilliseconds;
        }
        else if (kind == FailureKind.TooManyConnections)
        {
            _ceiling = live;
            _refusals++;
            if (now >= _ceilingUntil)
            {
                _ceilingHold = Longer(_ceilingHold);
                _ceilingUntil = now + (long)_ceilingHold.TotalMilliseconds;
            }
        }
    }

    /// <summary>Ends all holds: the database was reached, or an operator reports that it is available.</summary>
    internal void EndHolds()
    {
        EndRefusal();
        (_ceiling, _ceilingUntil, _ceilingHold) = (int.MaxValue, 0, TimeSpan.Zero);
    }

    /// <summary>
    /// Returns whether the server's own limit is reached. Opens go one at a time, so that a full server is probed
    /// gently. The limit counts for a minute, so that an earlier crowd slows down no later caller.
    /// </summary>
    private bool IsAtCeiling(long now) =>
        Total >= _ceiling && (now < _ceilingUntil || (UnderWay > 0 && now < _ceilingUntil + CeilingMemory));

    /// <summary>
    /// Returns whether the server accepts so many connections, as far as it has refused none in the last minute.
    /// </summary>
    internal bool CanReach(int connections, int live, long now) =>
        connections <= live || (!RefusesOpens(now) && (connections <= _ceiling || now >= _ceilingUntil + CeilingMemory));

    /// <summary>
    /// Raises the server's assumed limit after one more success. The next open starts when it is wanted.
    /// </summary>
    private void RaiseCeiling()
    {
        if (_ceiling != int.MaxValue)
        {
            _ceilingHold = TimeSpan.Zero;
            _ceiling = Total >= Limit ? int.MaxValue : Math.Max(_ceiling, Total);
        }
    }

    private void EndRefusal() => (_holdUntil, _refusedUntil, _refusal) = (0, 0, TimeSpan.Zero);

    private TimeSpan Longer(TimeSpan hold) =>
        hold == TimeSpan.Zero ? holdAfterFailure : hold * 2 < LongestHold ? hold * 2 : hold > LongestHold ? hold : LongestHold;

    internal void Resize(int minSize, int maxSize, int limit)
    {
        _grown += limit > Limit ? 1 : 0;
        _shrunk += limit < Limit ? 1 : 0;
        (MinSize, MaxSize, Limit) = (minSize, maxSize, limit);
    }

    internal CapacityView View() => new(MinSize, MaxSize, MinIdle, Limit, Total, Opening, _grown, _shrunk, _refusals);
}
