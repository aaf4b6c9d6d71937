using Cenote.Circuit;

namespace Cenote.Leasing;

// What the circuit breaker's changes mean for callers and for opens under way.
internal sealed partial class LeaseDesk
{
    /// <summary>Guarded by the lock.</summary>
    private CircuitBreaker Circuit { get; }

    /// <summary>Ends when the circuit opens: the signal for opens that began before.</summary>
    internal CancellationToken ReadOpensToken()
    {
        lock (_gate)
        {
            return Circuit.Opens;
        }
    }

    /// <summary>Whether a slot's open is the circuit's probe, and how many round trips it must then pass.</summary>
    internal (bool IsProbe, int Proofs) ReadProbe(Slot slot)
    {
        lock (_gate)
        {
            return (Circuit.IsProbe(slot.Id), Circuit.SuccessesFor(slot.Id));
        }
    }

    /// <summary>The longest a try to connect may take.</summary>
    internal TimeSpan ReadConnectLimit(bool isProbe, TimeSpan connectTimeout)
    {
        TimeSpan? slowest = Meters.ConnectTime.Count > 0 ? Meters.ConnectTime.Maximum : null;
        lock (_gate)
        {
            return Circuit.ConnectLimit(isProbe, slowest) is { } limit && limit < connectTimeout ? limit : connectTimeout;
        }
    }

    /// <summary>Whether a connection is there that may serve a caller, sooner or later.</summary>
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

    /// <summary>One try to open a connection failed; the open itself may go on to the next.</summary>
    internal void AttemptFailed(Slot slot, OpenFailure failure, TimeSpan startedAt) => ChangeCircuit(circuit =>
    {
        if (IsObsolete(slot))
        {
            // With credentials, perhaps, or at a server that are no longer the right ones: that is why it was told to
            // end.
            return false;
        }

        Meters.OpenFailures.Increment();
        Meters.LastOpenFailure = failure;

        // In the same breath: a circuit that closes because the server at least answers must not start a burst of
        // further tries.
        Capacity.HoldRefused(Clock.ElapsedMilliseconds, failure.Kind, CountLive());
        return circuit.RecordFailure(slot.Id, failure.Kind, startedAt);
    });

    /// <summary>The recovery time is over, or nearly: timers may come early.</summary>
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

    /// <summary>Without the lock: a clock of the user's may call back.</summary>
    private void ArmProbeTimer(TimeSpan recovery) =>
        _probeTimer.Change(recovery > TimeSpan.FromMilliseconds(1) ? recovery : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);

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

    /// <summary>Changes the circuit, and does what an opened one asks for.</summary>
    /// <param name="change">Under the lock; says whether the state has changed.</param>
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
                    SetAttention(Leasing.Attention.Watched, _conditions.Count > 0);
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

    /// <summary>Under the lock, so that changes are announced in their order. What listens runs elsewhere.</summary>
    private void NotifyUnderLock(CircuitState before) => _work.NotifyCircuitChanged(before, Circuit.Describe(Meters.LastOpenFailure));

    /// <summary>
    /// The waiters for whom nothing is coming: the circuit is not closed, and no connection is left that could come
    /// back.
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

    /// <summary>A suspended pool promises a place in the queue, and cannot probe.</summary>
    private bool IsUnservable => Circuit.State != CircuitState.Closed
        && (Circuit.IsIsolated || (!_attention.HasAny(Leasing.Attention.Suspended) && CountLive() == 0));

    /// <summary>Under the lock.</summary>
    private int CountLive() => Capacity.Total - Capacity.Opening - _slots.CountOf(SlotState.Closing);
}
