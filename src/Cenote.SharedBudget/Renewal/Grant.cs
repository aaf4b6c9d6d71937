using Cenote.Budgets;
using Cenote.SharedBudget.Grants;

namespace Cenote.SharedBudget.Renewal;

/// <summary>
/// The grant of an instance, on its own clock. It ends earlier here than in the store: the time begins before the
/// request was sent, and a margin is taken off for clocks of different speed. Read on any thread, changed by one.
/// </summary>
/// <remarks>
/// After the end the instance keeps its guaranteed connections for as long as it has its place. Others give the place
/// away when the server has shown no session of the instance for a while. So the instance needs signs that the server
/// shows one: its own session must answer, in an unbroken row.
/// </remarks>
internal sealed class Grant : IPermitLimit
{
    /// <summary>The part of the time to live that the instance uses.</summary>
    private const double Usable = 0.8;

    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeToLive;
    private readonly TimeSpan _standstill;
    private readonly int _guaranteed;
    private Terms _terms = new(0, 0, long.MinValue, DateTimeOffset.MinValue);
    private LifeSign _sign;
    private bool _isRevoked;
    private bool _holdsControl;

    internal Grant(TimeProvider clock, GrantSettings settings, int maxOpening)
    {
        (_clock, _timeToLive) = (clock, TimeSpan.FromMilliseconds(settings.TimeToLive) * Usable);
        (_standstill, _guaranteed, MaxOpening) = (TimeSpan.FromMilliseconds(settings.Standstill), settings.Guaranteed, maxOpening);
        _sign = new LifeSign(clock.GetTimestamp(), clock.GetUtcNow());
    }

    public int Guaranteeable => _guaranteed - 1;

    public int MaxOpening { get; }

    /// <summary>Gets whether the grant is valid at this moment.</summary>
    internal bool IsValid => IsValidNow(Volatile.Read(ref _terms));

    /// <summary>Gets whether the instance has a place by the last answer, and no reason to think that it lost
    /// it.</summary>
    internal bool HasPlace => Volatile.Read(ref _terms).Fallback > 0 && !HasBroken(Now());

    /// <summary>Gets how many connections it keeps without the store.</summary>
    internal int Guaranteed => HasPlace && !Volatile.Read(ref _isRevoked) ? Volatile.Read(ref _terms).Fallback : 0;

    /// <summary>Gets 1 if the instance may have its own session, 0 otherwise.</summary>
    internal int Control => _holdsControl ? 1 : 0;

    /// <summary>Gets whether the instance may have any connection, such as its own.</summary>
    internal bool MayConnect => ReadAll() > 0;

    public int Read() => Math.Max(0, ReadAll() - 1);

    /// <summary>Records that the instance has its own session, or begins to open it.</summary>
    internal void HoldControl() => _holdsControl = true;

    /// <summary>Records that the instance's own session is closed.</summary>
    internal void ReleaseControl() => _holdsControl = false;

    /// <summary>Records that the instance's own session has answered, so that the others can count it.</summary>
    /// <param name="askedAt">The time before the question.</param>
    internal void RecordSign(LifeSign askedAt)
    {
        if (!HasBroken(askedAt))
        {
            Volatile.Write(ref _sign, askedAt);
        }
    }

    /// <summary>Returns the time now, for a sign.</summary>
    internal LifeSign Now() => new(_clock.GetTimestamp(), _clock.GetUtcNow());

    /// <summary>
    /// Gives the instance its guaranteed connections, because the store does not answer at the start.
    /// </summary>
    internal void BeginAlone(LifeSign askedAt)
    {
        Volatile.Write(ref _sign, askedAt);
        Volatile.Write(ref _terms, _terms with { Fallback = _guaranteed });
    }

    /// <summary>Takes back what <see cref="BeginAlone"/> gave, because the other instances reject this one.</summary>
    internal void EndAlone() => Volatile.Write(ref _terms, _terms with { Fallback = 0 });

    /// <summary>Ends the grant for good.</summary>
    internal void Revoke() => Volatile.Write(ref _isRevoked, true);

    /// <summary>Takes an answer over.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="sentAt">When the request was sent.</param>
    /// <returns>How long the grant is still valid.</returns>
    internal TimeSpan Accept(GrantAnswer answer, LifeSign sentAt)
    {
        var until = sentAt.At + (long)(_timeToLive.TotalSeconds * _clock.TimestampFrequency);
        _holdsControl |= answer.Permits > 0;
        Volatile.Write(ref _sign, sentAt);
        Volatile.Write(ref _terms, new Terms(answer.Permits, answer.Guaranteed, until, sentAt.AtUtc + _timeToLive));
        return _clock.GetElapsedTime(_clock.GetTimestamp(), until);
    }

    private int ReadAll()
    {
        var terms = Volatile.Read(ref _terms);
        return Volatile.Read(ref _isRevoked) ? 0
            : IsValidNow(terms) ? terms.Permits
            : HasBroken(Now()) ? 0
            : terms.Fallback;
    }

    private bool HasBroken(LifeSign now)
    {
        var last = Volatile.Read(ref _sign);
        return _clock.GetElapsedTime(last.At, now.At) > _standstill || now.AtUtc - last.AtUtc > _standstill;
    }

    private bool IsValidNow(Terms terms) => _clock.GetTimestamp() < terms.Until && _clock.GetUtcNow() < terms.UntilUtc;
}
