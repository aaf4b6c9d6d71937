using Cenote.Maintenance;
using Cenote.Providers;

namespace Cenote.Resilience;

/// <summary>
/// The circuit's states and when it changes them. Guarded by the lock of the lease desk, which does what a change asks for:
/// starts the timer of the next probe, ends opens that are under way, tells callers that nothing is coming.
/// </summary>
#pragma warning disable CA1001 // The token source has no timer and no handle.
internal sealed class CircuitBreaker(CircuitBreakerOptions? options, PoolClock clock)
#pragma warning restore CA1001
{
    private static readonly TimeSpan ShortestConnectLimit = TimeSpan.FromSeconds(1);

    private CancellationTokenSource _opens = new();
    private bool _isProbeDue;
    private int _trips;
    private int _probeSlot = -1;
    private TimeSpan _failingSince;
    private TimeSpan _probeAt;
    private DateTimeOffset _since = clock.UtcNow;

    internal CircuitState State { get; private set; }

    internal bool IsForced { get; private set; }

    internal int Failures { get; private set; }

    /// <summary>Signalled when the circuit opens: opens that began before are to end.</summary>
    internal CancellationToken Opens => _opens.Token;

    /// <summary>Whether a probe may start.</summary>
    internal bool IsProbeDue => _isProbeDue && State == CircuitState.Open && !IsForced;

    /// <summary>Whether an open for the slot may go on.</summary>
    internal bool Allows(int slotId) => State == CircuitState.Closed || IsProbe(slotId);

    internal bool IsProbe(int slotId) => State == CircuitState.HalfOpen && slotId == _probeSlot;

    /// <summary>Round trips that a slot's new connection must pass before it counts.</summary>
    internal int ProofsFor(int slotId) => IsProbe(slotId) ? options!.SuccessesToClose - 1 : 0;

    /// <summary>
    /// The longest a try to connect may take at a database that was reached before: four times its slowest connect, at least 1 s.
    /// A server that has fallen silent is found out, and found back, by tries that end. One that has become slow is reached in
    /// the end as well, since the limit grows to a tenth of the time that every try has failed for.
    /// </summary>
    /// <returns><see langword="null"/> for the connect timeout alone: the database was never reached, or there is no breaker.</returns>
    internal TimeSpan? ConnectLimit(TimeSpan? slowestConnect)
    {
        if (options is null || slowestConnect is not { } slowest)
        {
            return null;
        }

        var limit = slowest * 4;
        var share = Failures == 0 ? TimeSpan.Zero : (clock.Elapsed - _failingSince) / 10;
        limit = share > limit ? share : limit;
        return limit > ShortestConnectLimit ? limit : ShortestConnectLimit;
    }

    /// <summary>A try to open a connection failed.</summary>
    /// <returns>Whether the state has changed. If to open, <see cref="TakeOpens"/> gives what to cancel, <see cref="Recovery"/> the time to the next probe.</returns>
    internal bool NoteFailure(FailureKind kind)
    {
        if (options is null || IsForced)
        {
            return false;
        }

        if (kind is FailureKind.TooManyConnections or FailureKind.BadCredentials)
        {
            // A server that answers so is there. How soon it is asked again is not the circuit's affair.
            Failures = 0;
            return State == CircuitState.HalfOpen && Close();
        }

        if (Failures++ == 0)
        {
            _failingSince = clock.Elapsed;
        }

        if (State == CircuitState.Open || (State == CircuitState.Closed && Failures < options.FailuresToOpen))
        {
            return false;
        }

        Trip();
        return true;
    }

    /// <summary>A connection was opened.</summary>
    /// <returns>Whether the circuit has closed by it.</returns>
    internal bool NoteSuccess()
    {
        if (IsForced)
        {
            return false;
        }

        Failures = 0;
        return Close();
    }

    /// <summary>The time for a probe has come.</summary>
    internal void NoteProbeDue() => _isProbeDue = State == CircuitState.Open && !IsForced;

    internal void BeginProbe(int slotId)
    {
        _probeSlot = slotId;
        _isProbeDue = false;
        Enter(CircuitState.HalfOpen);
    }

    /// <summary>An open ended without an answer, or with one that says nothing of the server. If it was the probe, another is due.</summary>
    /// <returns>Whether it was, and the circuit is open again.</returns>
    internal bool NoteSkipped(int slotId)
    {
        if (!IsProbe(slotId))
        {
            return false;
        }

        Trip();
        return true;
    }

    internal bool ForceOpen()
    {
        if (IsForced)
        {
            return false;
        }

        IsForced = true;
        _isProbeDue = false;
        Enter(CircuitState.Open);
        return true;
    }

    internal bool ForceClosed()
    {
        IsForced = false;
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
    internal TimeSpan Recovery => _probeAt - clock.Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    internal CircuitStatus Describe(OpenFailure? lastFailure) => new(
        State, IsForced, _since, Failures, State == CircuitState.Closed || IsForced ? null : Recovery, lastFailure);

    private bool Close()
    {
        _trips = 0;
        _isProbeDue = false;
        _probeSlot = -1;
        if (State == CircuitState.Closed)
        {
            return false;
        }

        Enter(CircuitState.Closed);
        return true;
    }

    /// <summary>Grows exponentially to its bound; of that, between a half and all ("equal jitter": Brooker, "Exponential Backoff And Jitter", AWS 2015).</summary>
    private void Trip()
    {
        var longest = options!.RecoveryTime * Math.Min(Math.Pow(options.RecoveryGrowth, _trips), options.MaxRecoveryTime / options.RecoveryTime);
        _trips++;
#pragma warning disable CA5394 // Spreads load; nobody gains by guessing it.
        _probeAt = clock.Elapsed + (longest * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
        _probeSlot = -1;
        _isProbeDue = false;
        Enter(CircuitState.Open);
    }

    private void Enter(CircuitState state)
    {
        State = state;
        _since = clock.UtcNow;
    }
}
