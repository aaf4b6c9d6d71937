namespace Cenote.PostgreSql;

/// <summary>
/// The initial state of the sessions of one login. The first query of a session costs the server a third of its login.
/// So the first session and every tenth later one are queried, because the answer changes only with the role's settings
/// or the route to the server. Thread-safe.
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
    /// Gets whether sessions start in a role, also while that is unknown. Stays <see langword="true"/>, because older
    /// sessions need it.
    /// </summary>
    internal bool StartsInRole => _startsInRole || !_isKnown;

    /// <summary>Gets whether connections go through a proxy. Stays <see langword="true"/>.</summary>
    internal bool IsProxied => _isProxied;

    /// <summary>
    /// Gets whether every statement is known to reach its session. A proxy could pass one to a session of others.
    /// </summary>
    internal bool IsDirect => _isKnown && !_isProxied;

    /// <summary>Gets whether the server ends statements at the pool's limit.</summary>
    internal bool LimitsStatements => _limitsStatements;

    /// <summary>
    /// Gets whether the login may set a replication origin, or <see langword="null"/> while that is unknown. Stays
    /// <see langword="true"/>.
    /// </summary>
    internal bool? MayHaveOrigin => _mayHaveOrigin ? true : _isKnown ? _mayHaveOrigin : null;

    /// <summary>Gets the server's idle timeout, or <see langword="null"/> for no limit.</summary>
    internal TimeSpan? IdleTimeout => Volatile.Read(ref _idleTicks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Counts an opened session.</summary>
    /// <returns>Whether it is queried. Then <see cref="EndQuestion"/> must follow.</returns>
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

    /// <summary>Ends a query that was answered or has failed.</summary>
    internal void EndQuestion() => Interlocked.Decrement(ref _asking);

    /// <summary>Records the query of a session that was not queried when it was opened.</summary>
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
