using Cenote.Budgets;
using Cenote.SharedBudget.Grants;

namespace Cenote.SharedBudget.Renewal;

/// <summary>
/// The grant of an instance, on its own clock. It ends earlier here than in the store: the time begins before the
/// request was sent, and a margin is taken off for clocks of different speed. Read on any thread, changed by one.
/// </summary>
internal sealed class Grant : IPermitLimit
{
    /// <summary>The part of the time to live that the instance uses.</summary>
    private const double Usable = 0.8;

    /// <summary>
    /// A process that stood still for longer may have lost its place to another one, so it asks before it goes on.
    /// </summary>
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeToLive;
    private Terms _terms;
    private long _awakeAt;

    internal Grant(TimeProvider clock, TimeSpan timeToLive, int guaranteed, int maxOpening)
    {
        (_clock, _timeToLive) = (clock, timeToLive * Usable);
        (Guaranteeable, MaxOpening) = (guaranteed - 1, maxOpening);
        _awakeAt = clock.GetTimestamp();
        _terms = new Terms(0, 0, long.MinValue, DateTimeOffset.MinValue);
    }

    public int Guaranteeable { get; }

    public int MaxOpening { get; }

    /// <summary>Gets whether the grant is valid at this moment.</summary>
    internal bool IsValid => IsValidNow(Volatile.Read(ref _terms));

    public int Read()
    {
        var terms = Volatile.Read(ref _terms);
        return IsValidNow(terms) ? terms.Permits
            : _clock.GetElapsedTime(Volatile.Read(ref _awakeAt)) > LongestStandstill ? 0
            : terms.Fallback;
    }

    /// <summary>Records that the process runs, after it has asked the store.</summary>
    internal void RecordAwake() => Volatile.Write(ref _awakeAt, _clock.GetTimestamp());

    /// <summary>
    /// Gives the instance its guaranteed connections, because the store does not answer at the start.
    /// </summary>
    internal void BeginAlone() => Volatile.Write(ref _terms, _terms with { Fallback = Guaranteeable });

    /// <summary>Takes an answer over.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="sentAt">When the request was sent.</param>
    /// <param name="sentAtUtc">When the request was sent, on the wall clock.</param>
    /// <returns>How long the grant is still valid.</returns>
    internal TimeSpan Accept(GrantAnswer answer, long sentAt, DateTimeOffset sentAtUtc)
    {
        var until = sentAt + (long)(_timeToLive.TotalSeconds * _clock.TimestampFrequency);
        Volatile.Write(ref _terms, new Terms(Math.Max(0, answer.Permits - 1), Math.Max(0, answer.Guaranteed - 1), until, sentAtUtc + _timeToLive));
        return _clock.GetElapsedTime(_clock.GetTimestamp(), until);
    }

    private bool IsValidNow(Terms terms) => _clock.GetTimestamp() < terms.Until && _clock.GetUtcNow() < terms.UntilUtc;
}
