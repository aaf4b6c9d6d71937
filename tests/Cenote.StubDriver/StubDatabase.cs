using System.Collections.Concurrent;

namespace Cenote.StubDriver;

/// <summary>
/// The server behind the stub driver. Counts its sessions and calls, plays a script, and notes whatever a pool must
/// never do.
/// </summary>
/// <remarks>
/// The calls of a healthy lease cycle (clear, begin-lease, is-usable) are counted only once a script is set or
/// <see cref="WatchHotCalls"/> was called: until then a cycle touches no shared memory.
/// </remarks>
public sealed partial class StubDatabase
{
    private int _aborts;
    private readonly CallCount[] _calls = [.. Enum.GetValues<StubCall>().Select(_ => new CallCount())];
    private readonly ConcurrentDictionary<int, StubSession> _open = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly object _lock = new();
    private volatile StubScript? _script;
    private volatile bool _watchesHotCalls;
    private int _lastSessionId;
    private int _sessions;
    private int _peakSessions;
    private int _lateSessions;
    private int _opened;
    private int _closed;
    private long _resetsOfClosed;

    /// <summary>What the driver's calls do; <see langword="null"/> when all succeed.</summary>
    public StubScript? Script
    {
        get => _script;
        set
        {
            _watchesHotCalls = true;
            _script = value;
        }
    }

    /// <summary>Sessions open now, those of opens that the pool had given up included.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    /// <summary>
    /// The most sessions ever open at once, without sessions that the pool may have given up because a call hung.
    /// </summary>
    public int PeakSessions => Volatile.Read(ref _peakSessions);

    /// <summary>Sessions that appeared although their open had been cancelled.</summary>
    public int LateSessions => Volatile.Read(ref _lateSessions);

    /// <summary>Sessions ever opened.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>Sessions closed.</summary>
    public int Closed => Volatile.Read(ref _closed);

    /// <summary>Sessions cleared after a lease. Exact when no session is being used.</summary>
    public long Resets => Interlocked.Read(ref _resetsOfClosed) + _open.Values.Sum(session => session.Resets);

    /// <summary>The open sessions.</summary>
    public IReadOnlyCollection<StubSession> OpenSessions => [.. _open.Values];

    /// <summary>What the pool did and must never do, in words.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>The credentials presented at each open, in order.</summary>
    public ConcurrentQueue<DatabaseCredentials?> CredentialsSeen { get; } = new();

    /// <summary>Answers whether a command can serve several holders.</summary>
    public Func<bool> ReusesCommands { get; set; } = static () => true;

    /// <summary>Whether a reset without a round trip can wait for the next command.</summary>
    public bool DefersResets { get; set; }

    /// <summary>Called when a reset is deferred to the next command.</summary>
    public Action? Deferring { get; set; }

    /// <summary>Called before a deferred reset is sent alone.</summary>
    public Action? SendingDeferred { get; set; }

    /// <summary>
    /// Whether the pool's timeouts are so short, in fake time, that it gives up calls that only wait for a processor.
    /// Then a connection may be closed later than the provider.
    /// </summary>
    public bool MayGiveUpAnyCall { get; init; }

    /// <summary>Several databases of one server.</summary>
    public StubServer? Server { get; init; }

    internal bool WatchingHotCalls => _watchesHotCalls;

    /// <summary>Counts the calls of every lease cycle from now on.</summary>
    public StubDatabase WatchHotCalls()
    {
        _watchesHotCalls = true;
        return this;
    }

    /// <summary>The calls of one kind.</summary>
    public CallCount Calls(StubCall call) => _calls[(int)call];

    /// <summary>Ends every session at the server's side; holders find out at their next call.</summary>
    public void KillAllSessions()
    {
        foreach (var session in _open.Values)
        {
            session.Kill();
        }
    }

    /// <summary>Notes a thing that must never happen.</summary>
    /// <summary>Sessions that the pool ended under a call of its own.</summary>
    public int Aborts => Volatile.Read(ref _aborts);

    internal void NoteAbort() => Interlocked.Increment(ref _aborts);

    public void Violate(string what) => _violations.Enqueue(what);

    internal StubSession AddSession(bool late)
    {
        lock (_lock)
        {
            var session = new StubSession(this, ++_lastSessionId, late);
            _open[session.Id] = session;
            _opened++;
            _sessions++;
            Server?.Add();
            if (late)
            {
                _lateSessions++;
            }

            _peakSessions = Math.Max(_peakSessions, _open.Values.Count(open => open is { IsLate: false, IsGivenUp: false }));
            return session;
        }
    }

    internal void RemoveSession(StubSession session)
    {
        lock (_lock)
        {
            if (!_open.TryRemove(session.Id, out _))
            {
                Violate($"session {session.Id} was closed twice");
                return;
            }

            Interlocked.Add(ref _resetsOfClosed, session.Resets);
            _closed++;
            _sessions--;
            Server?.Remove();
        }

        Changed();
    }
}
