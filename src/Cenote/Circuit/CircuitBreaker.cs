using Cenote.Providers;
using Cenote.Time;

namespace Cenote.Circuit;

/// <summary>
/// The circuit's states and when it changes them. Guarded by the lock of the lease desk, which does what a change asks
/// for: starts the timer of the next probe, ends opens that are under way, tells callers that nothing is coming.
/// </summary>
#pragma warning disable CA1001 // The token source has no timer and no handle.
internal sealed class CircuitBreaker(CircuitBreakerOptions? options, PoolClock clock)
#pragma warning restore CA1001
{
    // Beyond TCP's first retransmission, which comes after a second: one lost packet is no silent server. A probe may
    // be wrong.
    private static readonly TimeSpan ShortestConnectLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestProbeLimit = TimeSpan.FromSeconds(1);

    // Some drivers take all the time they are given to find out that nobody listens: SqlClient 7.1.1 tries a refused
    // port again until its timeout.
    private static readonly TimeSpan FirstConnectLimit = TimeSpan.FromSeconds(5);
    private const int MaxDoublings = 10;

    private CancellationTokenSource _opens = new();
    private int _trips;
    private int _probeSlot = -1;
    private TimeSpan _failingSince;
    private TimeSpan _failedAt;
    private TimeSpan _probeAt;
    private DateTimeOffset _since = clock.UtcNow;

    internal CircuitState State { get; private set; }

    internal bool IsIsolated { get; private set; }

    internal int Failures { get; private set; }

    /// <summary>Signalled when the circuit opens: opens that began before are to end.</summary>
    internal CancellationToken Opens => _opens.Token;

    /// <summary>Whether a probe may start.</summary>
    internal bool IsProbeDue => State == CircuitState.Open && !IsIsolated && clock.Elapsed >= _probeAt;

    /// <summary>Whether an open for the slot may go on.</summary>
    internal bool Allows(int slotId) => State == CircuitState.Closed || IsProbe(slotId);

    internal bool IsProbe(int slotId) => State == CircuitState.HalfOpen && slotId == _probeSlot;

    /// <summary>Round trips that a slot's new connection must pass before it counts.</summary>
    internal int SuccessesFor(int slotId) => IsProbe(slotId) ? options!.SuccessThreshold - 1 : 0;

    /// <summary>
    /// The longest a try to connect may take at a database that was reached before: four times its slowest connect, at
    /// least 2 s, for a probe 1 s.
    /// A server that has fallen silent is found out, and found back, by tries that end. One that has become slow is
    /// reached in the end as well, since the limit grows to a tenth of the time that every try has failed for.
    /// A database that was never reached gets 5 s until the circuit opens, and twice as long with each probe after
    /// that.
    /// </summary>
    /// <returns><see langword="null"/> for the connect timeout alone: there is no breaker.</returns>
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

    /// <summary>A try to open a connection failed.</summary>
    /// <param name="slotId">The slot.</param>
    /// <param name="kind">What the failure means.</param>
    /// <param name="startedAt">When the try began, on the pool's clock.</param>
    /// <returns>Whether the state has changed. If to open, <see cref="TakeOpens"/> gives what to cancel,
    /// <see cref="BreakDuration"/> the time to the next probe.</returns>
    internal bool RecordFailure(int slotId, FailureKind kind, TimeSpan startedAt)
    {
        // Of a circuit that is not closed, only the probe says anything: the other opens were told to end.
        if (options is null || IsIsolated || (State != CircuitState.Closed && !IsProbe(slotId)))
        {
            return false;
        }

        if (kind.IsAnswer())
        {
            // A server that answers so is there. How soon it is asked again is not the circuit's affair.
            Failures = 0;
            return Close();
        }

        // Several tries that meet one hiccup are one failure; but each that waited in vain has seen a silence of its
        // own.
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

        if (State == CircuitState.Closed && Failures < options.FailureThreshold)
        {
            return false;
        }

        Trip();
        return true;
    }

    /// <summary>A connection was opened.</summary>
    /// <returns>Whether the circuit has closed by it.</returns>
    internal bool RecordSuccess(int slotId)
    {
        if (IsIsolated || (State != CircuitState.Closed && !IsProbe(slotId)))
        {
            return false;
        }

        Failures = 0;
        return Close();
    }

    /// <summary>
    /// A probe is due, and there is no room for it: as many connections are alive as may be. The next open tells, when
    /// there is one.
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
    /// An open ended without an answer, or with one that says nothing of the server. If it was the probe, another is
    /// due.
    /// </summary>
    /// <returns>Whether it was, and the circuit is open again.</returns>
    internal bool RecordSkipped(int slotId)
    {
        if (!IsProbe(slotId))
        {
            return false;
        }

        Trip();
        return true;
    }

    /// <summary>
    /// The probe was ended for a reason that has nothing to do with the server: another is due at once.
    /// </summary>
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

    /// <summary>What the opens before the circuit opened listen to. Not to be cancelled under the lock.</summary>
    internal CancellationTokenSource TakeOpens()
    {
        var opens = _opens;
        _opens = new CancellationTokenSource();
        return opens;
    }

    /// <summary>The time to the next probe.</summary>
    internal TimeSpan BreakDuration => _probeAt - clock.Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    internal CircuitStatus Describe(OpenFailure? lastFailure) => new(
        State, IsIsolated, _since, Failures, State == CircuitState.Open && !IsIsolated ? BreakDuration : null, lastFailure);

    private bool Close()
    {
        _trips = 0;
        _probeSlot = -1;
        if (State == CircuitState.Closed)
        {
            return false;
        }

        Enter(CircuitState.Closed);
        return true;
    }

    /// <summary>
    /// Grows exponentially to its bound; of that, between a half and all ("equal jitter": Brooker, "Exponential Backoff
    /// And Jitter", AWS 2015).
    /// </summary>
    private void Trip()
    {
        var longest = options!.BreakDuration * Math.Min(Math.Pow(options.BackoffMultiplier, _trips), options.MaxBreakDuration / options.BreakDuration);
        _trips++;
#pragma warning disable CA5394 // Spreads load; nobody gains by guessing it.
        _probeAt = clock.Elapsed + (longest * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
        _probeSlot = -1;
        Enter(CircuitState.Open);
    }

    /// <summary>A probe in between does not begin another outage.</summary>
    private void Enter(CircuitState state)
    {
        _since = State == CircuitState.Closed || state == CircuitState.Closed || IsIsolated ? clock.UtcNow : _since;
        State = state;
    }
}
