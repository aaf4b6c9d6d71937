namespace Cenote.Sizing;

/// <summary>How many connections there are, may be and should be. Guarded by the lock of the lease desk.</summary>
internal sealed class Capacity(int minSize, int maxSize, int limit, int maxConcurrentOpens, TimeSpan holdAfterFailure, bool asksForCredentials = false)
{
    private static readonly TimeSpan ShortestHold = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HoldForOtherCredentials = TimeSpan.FromMilliseconds(500);

    private const long CeilingMemory = 60_000;

    private bool _hasFreshDemand;
    private long _holdUntil;
    private long _refusedUntil;
    private TimeSpan _refusal;
    private int _ceiling = int.MaxValue;
    private long _ceilingUntil;
    private TimeSpan _ceilingHold;
    private long _grown;
    private long _shrunk;

    internal static Capacity Of(PoolSettings settings)
    {
        var limit = settings.SizingPolicy is null ? settings.MaxSize : Math.Max(1, settings.MinSize);
        var hold = settings.OpenRetryBaseDelay > ShortestHold ? settings.OpenRetryBaseDelay : ShortestHold;
        return new Capacity(settings.MinSize, settings.MaxSize, limit, settings.MaxConcurrentOpens, hold, settings.CredentialsProvider is not null);
    }

    internal int MinSize { get; private set; } = minSize;

    internal int MaxSize { get; private set; } = maxSize;

    /// <summary>The size in force: no more connections than this are opened.</summary>
    internal int Limit { get; private set; } = limit;

    /// <summary>Slots that are not empty: connections, those being opened and those being closed.</summary>
    internal int Total { get; private set; }

    internal int Opening { get; private set; }

    /// <summary>
    /// Those of them whose connections nobody may have any more. They take up room until they have ended, and count for
    /// nothing else.
    /// </summary>
    internal int ObsoleteOpens { get; private set; }

    /// <summary>Opens that may still serve somebody.</summary>
    internal int UnderWay => Opening - ObsoleteOpens;

    /// <summary>Connections wanted for a warm-up, until it is reached.</summary>
    internal int WarmUpTarget { get; private set; }

    /// <summary>Connections wanted to take the place of old ones.</summary>
    internal int Replacements { get; set; }

    /// <summary>A caller has come who found nothing: that justifies a try even shortly after a failure.</summary>
    internal void RecordDemand() => _hasFreshDemand = true;

    internal bool HasRoom => Total < Limit;

    /// <summary>Whether the server refused our credentials so lately that not even a new caller justifies a try:
    /// accounts get locked. After that they are tried once, not by everybody.</summary>
    internal bool RefusesOpens(long now) => now < _refusedUntil || (_refusal > TimeSpan.Zero && UnderWay > 0);

    /// <summary>Whether one more open should start.</summary>
    internal bool WantsOpening(int waiting, long now)
    {
        if (!HasRoom || UnderWay >= maxConcurrentOpens || RefusesOpens(now) || IsAtCeiling(now))
        {
            return false;
        }

        var mayTry = now >= _holdUntil;
        return (waiting > UnderWay && (mayTry || _hasFreshDemand))
            || (mayTry && (Total - ObsoleteOpens < Math.Max(MinSize, WarmUpTarget) || UnderWay < Replacements));
    }

    /// <summary>The same question for an open that is under way, and counted.</summary>
    internal bool StillWantsOpening(int waiting) =>
        Total <= Limit && (waiting >= UnderWay || Total - ObsoleteOpens <= Math.Max(MinSize, WarmUpTarget) || UnderWay <= Replacements);

    internal void BeginOpening()
    {
        _hasFreshDemand = false;
        Total++;
        Opening++;
    }

    /// <summary>A new generation has begun: nobody may have what the opens bring that are under way.</summary>
    internal void MarkOpensObsolete() => ObsoleteOpens = Opening;

    /// <param name="hasOpened">Whether there is a connection more.</param>
    /// <param name="closing">Connections that are being closed.</param>
    /// <param name="wasDoomed">Whether nobody may have it.</param>
    internal void EndOpening(bool hasOpened, int closing, bool wasDoomed)
    {
        Opening--;
        ObsoleteOpens -= wasDoomed ? 1 : 0;
        if (hasOpened)
        {
            EndRefusal();
            RaiseCeiling();
        }

        if (hasOpened && !wasDoomed && Replacements > 0)
        {
            // This one may serve as one of them; upkeep counts anew at its next tick.
            Replacements--;
        }

        WarmUpTo(0, closing);
    }

    /// <summary>
    /// Asks for a warm-up beside those under way. A target that is reached is forgotten: it must not refill what
    /// retires later.
    /// </summary>
    /// <param name="target">Connections wanted.</param>
    /// <param name="closing">Those that are being closed, and count for no warm-up any more.</param>
    internal void WarmUpTo(int target, int closing)
    {
        WarmUpTarget = Math.Max(WarmUpTarget, target);
        if (Total - Opening - closing >= WarmUpTarget)
        {
            WarmUpTarget = 0;
        }
    }

    /// <summary>A slot became empty.</summary>
    internal void Release() => Total--;

    /// <summary>
    /// After a failed open nobody but a new caller makes the pool try again at once, so that it never spins on a dead
    /// server.
    /// </summary>
    internal void HoldOpens(long now)
    {
        _holdUntil = now + (long)holdAfterFailure.TotalMilliseconds;
        WarmUpTarget = 0;
    }

    internal void ForgetWarmUp() => WarmUpTarget = 0;

    /// <summary>The server answered, but did not let us in. Answers that come together count once.</summary>
    /// <param name="now">The pool's clock in milliseconds.</param>
    /// <param name="kind">The answer.</param>
    /// <param name="live">The connections that the server lets us have.</param>
    internal void HoldRefused(long now, FailureKind kind, int live)
    {
        if (kind == FailureKind.InvalidCredentials && now >= _refusedUntil)
        {
            // A callback may have others to give by now.
            _refusal = asksForCredentials ? HoldForOtherCredentials : Longer(_refusal);
            _refusedUntil = now + (long)_refusal.TotalMilliseconds;
        }
        else if (kind == FailureKind.TooManyConnections)
        {
            _ceiling = live;
            if (now >= _ceilingUntil)
            {
                _ceilingHold = Longer(_ceilingHold);
                _ceilingUntil = now + (long)_ceilingHold.TotalMilliseconds;
            }
        }
    }

    /// <summary>The database was reached, or somebody says that it is there: nothing is held back any more.</summary>
    internal void EndHolds()
    {
        EndRefusal();
        (_ceiling, _ceilingUntil, _ceilingHold) = (int.MaxValue, 0, TimeSpan.Zero);
    }

    /// <summary>
    /// One at a time, so that a full server is probed gently; for a minute, so that a crowd of an hour ago slows nobody
    /// down.
    /// </summary>
    private bool IsAtCeiling(long now) =>
        Total >= _ceiling && (now < _ceilingUntil || (UnderWay > 0 && now < _ceilingUntil + CeilingMemory));

    /// <summary>One more went well: the next is tried when it is wanted, until the limit is reached.</summary>
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

    internal CapacityView View() => new(MinSize, MaxSize, Limit, Total, Opening, _grown, _shrunk);
}
