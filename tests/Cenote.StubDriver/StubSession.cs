namespace Cenote.StubDriver;

/// <summary>One session at the stub server.</summary>
public sealed class StubSession
{
    private readonly StubDatabase _database;
    private int _holders;
    private int _poolCalls;
    private int _ended;
    private volatile bool _killed;
    private volatile bool _aborted;
    private readonly object _resetGate = new();
    private volatile bool _isDeferred;

    internal StubSession(StubDatabase database, int id, bool late)
    {
        _database = database;
        Id = id;
        IsLate = late;
    }

    /// <summary>The session's number, from 1.</summary>
    public int Id { get; }

    /// <summary>Whether its open had been cancelled before it appeared.</summary>
    public bool IsLate { get; }

    /// <summary>Whether a holder left something behind that was not reset.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Whether the server ended it.</summary>
    public bool IsKilled => _killed;

    /// <summary>Whether the driver ended it.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Whether the pool ended it under its holder, on purpose.</summary>
    public bool IsAborted => _aborted;

    /// <summary>Whether a call of the pool hangs on it, or did: the pool may have given it up.</summary>
    public bool IsGivenUp { get; internal set; }

    /// <summary>How often it was cleared.</summary>
    public long Resets { get; private set; }

    /// <summary>
    /// Whether a holder that finds another one's leavings is a violation. False for pools that clear nothing.
    /// </summary>
    public bool MustBeClean { get; internal set; }

    /// <summary>A holder begins to use the session. Two at once are a violation.</summary>
    public void BeginUse()
    {
        if (Interlocked.Increment(ref _holders) != 1)
        {
            _database.Violate($"session {Id} has two holders at once");
        }

        if (_aborted)
        {
            Interlocked.Decrement(ref _holders);
            throw new StubException(FailureKind.ConnectionLost, "The session was ended under its holder.");
        }

        if (HasEnded && !_aborted)
        {
            _database.Violate($"session {Id} was rented after it was closed");
        }

        if (Volatile.Read(ref _poolCalls) != 0 && !_aborted)
        {
            _database.Violate($"session {Id} was rented while the pool still worked on it");
        }

        TakeDeferred();
        if (IsDirty && MustBeClean)
        {
            _database.Violate($"session {Id} was rented before it was reset");
        }

        IsDirty = true;
    }

    /// <summary>The holder is done with the session.</summary>
    public void EndUse()
    {
        if (HasEnded && !_aborted)
        {
            _database.Violate($"session {Id} was closed under its holder");
        }

        Interlocked.Decrement(ref _holders);
    }

    /// <summary>The server ends the session; the driver finds out at its next call.</summary>
    public void Kill() => _killed = true;

    internal void Abort() => _aborted = true;

    internal void BeginPoolCall(StubCall call)
    {
        if (Interlocked.Increment(ref _poolCalls) != 1)
        {
            _database.Violate($"session {Id}: {call} began during another call of the pool");
        }

        if (Volatile.Read(ref _holders) != 0 && !_aborted)
        {
            _database.Violate($"session {Id}: {call} began while a holder used it");
        }
    }

    internal bool IsInPoolCall => Volatile.Read(ref _poolCalls) > 0;

    internal void EndPoolCall() => Interlocked.Decrement(ref _poolCalls);

    internal void ThrowIfDead()
    {
        if (_killed || HasEnded)
        {
            throw new StubException(FailureKind.ConnectionLost, "The session is gone.");
        }
    }

    /// <summary>Whether a reset waits for the next command.</summary>
    public bool IsDeferred => _isDeferred;

    internal void Defer() => _isDeferred = true;

    internal void TakeDeferred()
    {
        if (!_isDeferred)
        {
            return;
        }

        lock (_resetGate)
        {
            if (_isDeferred)
            {
                Cleared();
            }
        }
    }

    internal void Cleared()
    {
        Resets++;
        IsDirty = false;
        _isDeferred = false;
    }

    internal void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            _database.Violate($"session {Id} was closed twice");
            return;
        }

        if (Volatile.Read(ref _holders) != 0 && !_aborted)
        {
            _database.Violate($"session {Id} was closed under its holder");
        }

        _database.RemoveSession(this);
    }
}
