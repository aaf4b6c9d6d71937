using Cenote.Circuit;
using Cenote.Providers;

namespace Cenote.Leasing;

// The effects of the circuit breaker on callers and on opens in progress.
internal sealed partial class LeaseDesk
{
    /// <summary>Gets the circuit. Guarded by the lock.</summary>
    private CircuitBreaker Circuit { get; }

    /// <summary>
    /// Returns the token that is cancelled when the circuit opens or the pool closes, for opens that began before.
    /// </summary>
    internal CancellationToken ReadOpensToken()
    {
        lock (_gate)
        {
            return Circuit.Opens;
        }
    }

    /// <summary>
    /// Returns whether a slot's open is the circuit's probe, and how many round trips it must then pass.
    /// </summary>
    internal (bool IsProbe, int Proofs) ReadProbe(Slot slot)
    {
        lock (_gate)
        {
            return (Circuit.IsProbe(slot.Id), Circuit.SuccessesFor(slot.Id));
        }
    }

    /// <summary>Returns the timeout of an attempt to connect.</summary>
    internal TimeSpan ReadConnectLimit(bool isProbe, TimeSpan connectTimeout)
    {
        TimeSpan? slowest = Meters.ConnectTime.Count > 0 ? Meters.ConnectTime.Maximum : null;
        lock (_gate)
        {
            return Circuit.ConnectLimit(isProbe, slowest) is { } limit && limit < connectTimeout ? limit : connectTimeout;
        }
    }

    /// <summary>Gets whether a connection exists that may serve a caller, sooner or later.</summary>
    internal bool HasLiveConnection
    {
        get
        {
            lock (_gate)
            {
                return CountLive() > 0;
            }
        }
    }

    internal CircuitStatus GetCircuitStatus()
    {
        lock (_gate)
        {
            return Circuit.Describe(Meters.LastOpenFailure);
        }
    }

    /// <summary>
    /// Records a failed attempt to open a connection. The open itself may continue with another attempt.
    /// </summary>
    internal void AttemptFailed(Slot slot, OpenFailure failure, TimeSpan startedAt, bool hasContacted, int standstillsBefore) => ChangeCircuit(circuit =>
    {
        if (IsObsolete(slot))
        {
            // It may have used old credentials or an old server, which is why it was signalled to end.
            return false;
        }

        Meters.OpenFailures.Increment();
        Meters.LastOpenFailure = failure;

        // Under the same lock: a circuit that closes because the server at least answers must not start a burst of
        // opens.
        Capacity.HoldRefused(Clock.ElapsedMilliseconds, failure.Kind, CountLive());

        // A process that stood still may have met no silence but its own, and its answer may have been of a session
        // that the server has ended meanwhile.
        CheckClocks(Clock.ElapsedMilliseconds);
        return standstillsBefore != Standstills && !failure.Kind.IsAnswer()
            ? circuit.RecordDoubtful(slot.Id, failure.Kind, startedAt, hasContacted, Standstills)
            : circuit.RecordFailure(slot.Id, failure.Kind, startedAt, hasContacted);
    });

    /// <summary>
    /// Handles the end of the break duration, or a moment shortly before it, because timers may be early.
    /// </summary>
    private void OnProbeTimer()
    {
        TimeSpan? again;
        lock (_gate)
        {
            again = Circuit is { State: CircuitState.Open, IsIsolated: false, IsProbeDue: false } && !IsClosed ? Circuit.BreakDuration : null;
        }

        if (again is { } recovery)
        {
            ArmProbeTimer(recovery);
        }
        else
        {
            Settle();
        }
    }

    /// <summary>Arms the timer without the lock, because a clock of the application may call back.</summary>
    private void ArmProbeTimer(TimeSpan recovery) =>
        SetTimer(ref _probeTimer, static state => ((LeaseDesk)state!).OnProbeTimer(), recovery);

    internal void IsolateCircuit() => ChangeCircuit(circuit =>
    {
        SetAttention(Leasing.Attention.Isolated, on: true);
        return circuit.Isolate();
    });

    internal void CloseCircuit()
    {
        ChangeCircuit(circuit =>
        {
            SetAttention(Leasing.Attention.Isolated, on: false);
            Capacity.EndHolds();
            return circuit.ForceClosed();
        });
        Settle();
    }

    /// <summary>Changes the circuit, and applies the effects of an opened one.</summary>
    /// <param name="change">The change, made under the lock; returns whether the state has changed.</param>
    private void ChangeCircuit(Func<CircuitBreaker, bool> change)
    {
        CancellationTokenSource? opens = null;
        List<Condition>? conditions = null;
        OpenFailure? failure;
        TimeSpan? recovery = null;
        lock (_gate)
        {
            var before = Circuit.State;
            var hasChanged = change(Circuit);
            failure = Meters.LastOpenFailure;
            if (!hasChanged)
            {
                return;
            }

            NotifyUnderLock(before);
            if (Circuit.State == CircuitState.Open)
            {
                if (before == CircuitState.Closed)
                {
                    Meters.CircuitOpenings.Increment();
                }

                opens = Circuit.TakeOpens();
                recovery = Circuit.IsIsolated ? null : Circuit.BreakDuration;
                if (failure is not null)
                {
                    Capacity.ForgetWarmUp();
                    conditions = _conditions.TakeFailing();
                    ShowConditions();
                }
            }
        }

        // The opens that it ends report by themselves.
        _ = opens?.CancelAsync();
        if (recovery is { } time)
        {
            ArmProbeTimer(time);
        }

        conditions?.ForEach(condition => condition.Fail(_failures.OpenFailed(failure!)));
        Settle();
    }

    /// <summary>Notifies under the lock, so that changes are in order. Handlers run elsewhere.</summary>
    private void NotifyUnderLock(CircuitState before) => _work.NotifyCircuitChanged(before, Circuit.Describe(Meters.LastOpenFailure));

    /// <summary>
    /// Takes out the waiters that no connection can serve: the circuit is not closed, and no connection is left that
    /// could be returned.
    /// </summary>
    private List<Waiter>? TakeUnservable()
    {
        if (_queue.Count == 0 || !IsUnservable)
        {
            return null;
        }

        List<Waiter> hopeless = [];
        while (_queue.First is { } waiter)
        {
            _queue.Remove(waiter);
            hopeless.Add(waiter);
        }

        RecordQueueEmpty();
        return hopeless;
    }

    /// <summary>
    /// Gets whether waiters cannot be served. A suspended pool promises a place in the queue, and cannot probe.
    /// </summary>
    private bool IsUnservable => Circuit.State != CircuitState.Closed
        && (Circuit.IsIsolated || (!_attention.HasAny(Leasing.Attention.Suspended) && CountLive() == 0));

    /// <summary>Counts the live connections. Under the lock.</summary>
    private int CountLive() => Capacity.Total - Capacity.Opening - _slots.CountOf(SlotState.Closing);
}
