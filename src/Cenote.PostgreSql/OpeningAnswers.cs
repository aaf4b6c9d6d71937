namespace Cenote.PostgreSql;

/// <summary>
/// What the server answers to the sessions of one login about how they start. The first query of a session costs the
/// server a third of what its login costs: so the first session is asked, and of the later ones one in ten, for the
/// answer changes only with the role's settings or the way to the server. Thread-safe.
/// </summary>
internal sealed class OpeningAnswers
{
    private const int SessionsForEachQuestion = 10;

    private volatile bool _isKnown;
    private volatile bool _startsInRole;
    private volatile bool _isProxied;
    private volatile bool _limitsStatements = true;
    private volatile bool _mayHaveOrigin;
    private long _idleTicks;
    private int _sessions;
    private int _asking;

    /// <summary>
    /// Gets whether sessions start in a role; also while that is unknown. Stays once it was so: older sessions need it.
    /// </summary>
    internal bool StartsInRole => _startsInRole || !_isKnown;

    /// <summary>Gets whether a proxy is between. Stays once it was so.</summary>
    internal bool IsProxied => _isProxied;

    /// <summary>Gets whether the server ends statements at the pool's limit.</summary>
    internal bool LimitsStatements => _limitsStatements;

    /// <summary>
    /// Gets whether the login may set a replication origin; <see langword="null"/> while that is unknown. Stays once it
    /// was so.
    /// </summary>
    internal bool? MayHaveOrigin => _mayHaveOrigin ? true : _isKnown ? _mayHaveOrigin : null;

    /// <summary>Gets how long the server lets a session be idle; <see langword="null"/> for no limit.</summary>
    internal TimeSpan? IdleTimeout => Volatile.Read(ref _idleTicks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Counts a session that was opened.</summary>
    /// <returns>Whether it is asked. Then <see cref="EndQuestion"/> must follow.</returns>
    internal bool BeginQuestion()
    {
        var isTurn = (Interlocked.Increment(ref _sessions) - 1) % SessionsForEachQuestion == 0;
        if (!isTurn && !_isProxied && (_isKnown || Volatile.Read(ref _asking) > 0))
        {
            return false;
        }

        Interlocked.Increment(ref _asking);
        return true;
    }

    /// <summary>The question was answered, or has failed.</summary>
    internal void EndQuestion() => Interlocked.Decrement(ref _asking);

    /// <summary>A session that was not asked when it was opened has asked for itself.</summary>
    internal void RecordOrigin() => _mayHaveOrigin = true;

    /// <summary>Records an answer.</summary>
    internal void Record(bool startsInRole, bool isProxied, bool limitsStatements, bool mayHaveOrigin, TimeSpan? idleTimeout)
    {
        Volatile.Write(ref _idleTicks, idleTimeout?.Ticks ?? 0);
        _startsInRole |= startsInRole;
        _isProxied |= isProxied;
        _mayHaveOrigin |= mayHaveOrigin;
        _limitsStatements = limitsStatements;
        _isKnown = true;
    }
}
