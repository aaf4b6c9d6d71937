using Cenote.Providers;
using Cenote.Time;

namespace Cenote.Circuit;

/// <summary>
/// The states of the circuit and their changes. Guarded by the lock of the lease desk, which applies the effects: it
/// starts the timer of the next probe, ends opens in progress, and fails callers that no connection can serve.
/// </summary>
#pragma warning disable CA1001 // The token source has no timer and no handle.
internal sealed class CircuitBreaker(CircuitBreakerOptions? options, PoolClock clock)
#pragma warning restore CA1001
{
    // Beyond TCP's first retransmission, which comes after a second: one lost packet does not mean a silent server. A
    // probe may be wrong.
    private static readonly TimeSpan ShortestConnectLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestProbeLimit = TimeSpan.FromSeconds(1);

    // Some drivers take all the time they get to find out that no server listens: SqlClient 7.1.1 tries a refused port
    // again until its timeout.
    private static readonly TimeSpan FirstConnectLimit = TimeSpan.FromSeconds(5);
    private const int MaxDoublings = 10;

    private CancellationTokenSource? _opens;
    private int _trips;
    private int _probeSlot = -1;
    private int _doubts;
    private int _lastDoubt;
    private TimeSpan _failingSince;
    private TimeSpan _failedAt;
    private TimeSpan _probeAt;
    private TimeSpan? _refusedSince;
    private TimeSpan _attempt;
    private TimeSpan _pause;
    private DateTimeOffset _since = clock.UtcNow;

    internal CircuitState State { get; private set; }

    internal bool IsIsolated { get; private set; }

    internal int Failures { get; private set; }

    /// <summary>
    /// Gets the token that is cancelled when the circuit opens or the pool closes, for opens that began before.
    /// </summary>
    internal CancellationToken Opens => (_opens ??= new CancellationTokenSource()).Token;

    /// <summary>Gets whether a probe may start.</summary>
    internal bool IsProbeDue => State == CircuitState.Open && !IsIsolated && clock.Elapsed >= _probeAt;

    /// <summary>Returns whether an open for the slot may continue.</summary>
    internal bool Allows(int slotId) => State == CircuitState.Closed || IsProbe(slotId);

    internal bool IsProbe(int slotId) => State == CircuitState.HalfOpen && slotId == _probeSlot;

    /// <summary>Returns the number of round trips that a slot's new connection must pass before it counts.</summary>
    internal int SuccessesFor(int slotId) => IsProbe(slotId) ? options!.SuccessThreshold - 1 : 0;

    /// <summary>
    /// Returns the timeout of an attempt to connect. A database that was reached before gets four times its slowest
    /// connect, at least 2 s, or 1 s for a probe. A silent server and its recovery are then found by attempts that end.
    /// A server that became slow is reached in the end as well, because the timeout grows to a tenth of the time that
    /// every attempt has failed for. A database that was never reached gets 5 s until the circuit opens, and twice as
    /// long with each probe after that.
    /// </summary>
    /// <returns><see langword="null"/> for the connect timeout alone, without a breaker.</returns>
    internal TimeSpan? ConnectLimit(bool isProbe, TimeSpan? slowestConnect)
    {
        if (options is null)
        {
            return null;
        }

        if (slowestConnect is not { } slowest)
        {
            return FirstConnectLimit * (1 << Math.Clamp(Failures - options.FailureThreshold, 0, MaxDoublings));
        }

        var limit = slowest * 4;
        var share = Failures == 0 ? TimeSpan.Zero : (clock.Elapsed - _failingSince) / 10;
        limit = share > limit ? share : limit;
        var shortest = isProbe ? ShortestProbeLimit : ShortestConnectLimit;
        return limit > shortest ? limit : shortest;
    }

    /// <summary>Records a failed attempt to open a connection.</summary>
    /// <param name="slotId">The slot.</param>
    /// <param name="kind">The kind of the failure.</param>
    /// <param name="startedAt">When the attempt began, on the pool's clock.</param>
    /// <param name="hasContacted">Whether the attempt came as far as the server.</param>
    /// <returns>Whether the state has changed. If it is open now, <see cref="TakeOpens"/> returns the token source to
    /// cancel, and <see cref="BreakDuration"/> the time to the next probe.</returns>
    internal bool RecordFailure(int slotId, FailureKind kind, TimeSpan startedAt, bool hasContacted)
    {
        // While the circuit is not closed, only the probe counts: the other opens were signalled to end.
        if (options is null || IsIsolated || (State != CircuitState.Closed && !IsProbe(slotId)))
        {
            return false;
        }

        if (kind.IsAnswer())
        {
            // A server that answers so can be reached. When it is tried again is not the circuit's decision.
            Failures = 0;
            return Close();
        }

        // Several attempts that meet one short failure count once; but each attempt that timed out has seen a silence
        // of its own.
        var now = clock.Elapsed;
        if (Failures > 0 && startedAt < _failedAt && now - startedAt < ShortestProbeLimit)
        {
            return false;
        }

        _failedAt = now;
        if (Failures++ == 0)
        {
            _failingSince = now;
        }

        _attempt = now - startedAt;
        var isRefusal = hasContacted && RefusalPause.IsRefusal(kind, _attempt);
        if (isRefusal != _refusedSince is not null)
        {
            // A server that falls silent, or that refuses after a silence, is another outage: its breaks begin again.
            _trips = 0;
            _refusedSince = isRefusal ? now : null;
        }

        if (State == CircuitState.Closed && Failures < options.FailureThreshold)
        {
            return false;
        }

        Trip();
        return true;
    }

    /// <summary>
    /// Records a failed attempt during which the process stood still. It says nothing about the server, unless one
    /// standstill after the other comes without a success: then the process is short of threads, as it is when callers
    /// wait for a silent server.
    /// </summary>
    /// <param name="slotId">The slot.</param>
    /// <param name="kind">The kind of the failure.</param>
    /// <param name="startedAt">When the attempt began, on the pool's clock.</param>
    /// <param name="hasContacted">Whether the attempt came as far as the server.</param>
    /// <param name="standstill">The number of the last standstill.</param>
    /// <returns>As <see cref="RecordFailure"/>.</returns>
    internal bool RecordDoubtful(int slotId, FailureKind kind, TimeSpan startedAt, bool hasContacted, int standstill)
    {
        if (options is null)
        {
            return false;
        }

        if (standstill != _lastDoubt)
        {
            (_lastDoubt, _doubts) = (standstill, _doubts + 1);
        }

        return _doubts < options.FailureThreshold ? RecordSkipped(slotId) : RecordFailure(slotId, kind, startedAt, hasContacted);
    }

    /// <summary>Records an opened connection.</summary>
    /// <returns>Whether the circuit has closed by it.</returns>
    internal bool RecordSuccess(int slotId)
    {
        _doubts = 0;
        if (IsIsolated || (State != CircuitState.Closed && !IsProbe(slotId)))
        {
            return false;
        }

        Failures = 0;
        return Close();
    }

    /// <summary>
    /// Closes the circuit when a probe is due and the size allows no further connection. The next open decides.
    /// </summary>
    internal bool CloseForLackOfRoom()
    {
        Failures = options!.FailureThreshold - 1;
        return Close();
    }

    internal void BeginProbe(int slotId)
    {
        _probeSlot = slotId;
        Enter(CircuitState.HalfOpen);
    }

    /// <summary>
    /// Records an open that ended without an answer, or with one that says nothing about the server. If it was the
    /// probe, another one is due.
    /// </summary>
    /// <returns>Whether it was the probe, and the circuit is open again.</returns>
    internal bool RecordSkipped(int slotId)
    {
        if (!IsProbe(slotId))
        {
            return false;
        }

        Trip();
        return true;
    }

    /// <summary>Repeats the probe at once, because it was ended for a reason unrelated to the server.</summary>
    /// <returns>Whether it was the probe, and the circuit is open again.</returns>
    internal bool RepeatProbe(int slotId)
    {
        if (!IsProbe(slotId))
        {
            return false;
        }

        _probeSlot = -1;
        _probeAt = clock.Elapsed;
        Enter(CircuitState.Open);
        return true;
    }

    internal bool Isolate()
    {
        if (IsIsolated)
        {
            return false;
        }

        IsIsolated = true;
        Enter(CircuitState.Open);
        return true;
    }

    internal bool ForceClosed()
    {
        IsIsolated = false;
        Failures = 0;
        return Close();
    }

    /// <summary>
    /// Returns the token source for the opens that began so far. It must not be cancelled under the lock.
    /// </summary>
    internal CancellationTokenSource? TakeOpens()
    {
        var opens = _opens;
        _opens = null;
        return opens;
    }

    /// <summary>Forgets the token, because no open is in progress.</summary>
    internal void ForgetOpens() => _opens = null;

    /// <summary>Gets the time to the next probe.</summary>
    internal TimeSpan BreakDuration => _probeAt - clock.Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    internal CircuitStatus Describe(OpenFailure? lastFailure) => new(
        State, IsIsolated, _since, Failures, State == CircuitState.Open && !IsIsolated ? BreakDuration : null, lastFailure) { Pause = _pause };

    private bool Close()
    {
        _trips = 0;
        _refusedSince = null;
        _probeSlot = -1;
        if (State == CircuitState.Closed)
        {
            return false;
        }

        Enter(CircuitState.Closed);
        return true;
    }

    /// <summary>
    /// Opens the circuit. Its break grows exponentially to a bound. After a refusal it is shorter
    /// (<see cref="RefusalPause"/>).
    /// </summary>
    private void Trip()
    {
        var longest = options!.BreakDuration * Math.Min(Math.Pow(options.BackoffMultiplier, _trips), options.MaxBreakDuration / options.BreakDuration);
        if (_refusedSince is { } since && RefusalPause.After(_attempt, clock.Elapsed - since) is var soon && soon < longest)
        {
            longest = soon;
        }

        _trips++;
        _pause = RefusalPause.Jitter(longest);
        _probeAt = clock.Elapsed + _pause;
        _probeSlot = -1;
        Enter(CircuitState.Open);
    }

    /// <summary>Enters a state. A probe in between does not begin another outage.</summary>
    private void Enter(CircuitState state)
    {
        _since = State == CircuitState.Closed || state == CircuitState.Closed || IsIsolated ? clock.UtcNow : _since;
        State = state;
    }
}
