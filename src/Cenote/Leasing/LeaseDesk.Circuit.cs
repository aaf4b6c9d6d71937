using Cenote.Providers;
using Cenote.Resilience;
using Cenote.Waiting;

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
            return (Circuit.IsProbe(slot.Id), Circuit.ProofsFor(slot.Id));
        }
    }

    /// <summary>The longest a try to connect may take.</summary>
    internal TimeSpan ReadConnectLimit(TimeSpan connectTimeout)
    {
        TimeSpan? slowest = Meters.ConnectTime.Count > 0 ? Meters.ConnectTime.Maximum : null;
        lock (_gate)
        {
            return Circuit.ConnectLimit(slowest) is { } limit && limit < connectTimeout ? limit : connectTimeout;
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

    internal CircuitStatus ReadCircuit()
    {
        lock (_gate)
        {
            return Circuit.Describe(Meters.LastOpenFailure);
        }
    }

    /// <summary>One try to open a connection failed; the open itself may go on to the next.</summary>
    internal void AttemptFailed(OpenFailure failure)
    {
        lock (_gate)
        {
            Meters.OpenFailures.Increment();
            Meters.LastOpenFailure = failure;
        }

        ChangeCircuit(circuit => circuit.NoteFailure(failure.Kind));
    }

    /// <summary>The recovery time is over.</summary>
    internal void ProbeDue() => Reconsider(Circuit.NoteProbeDue);

    internal void ForceCircuitOpen() => ChangeCircuit(circuit =>
    {
        SetAttention(Leasing.Attention.Isolated, on: true);
        return circuit.ForceOpen();
    });

    internal void ForceCircuitClosed()
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
        lock (_gate)
        {
            var before = Circuit.State;
            failure = Meters.LastOpenFailure;
            if (!change(Circuit))
            {
                return;
            }

            AnnounceUnderLock(before);
            if (Circuit.State == CircuitState.Open)
            {
                if (before == CircuitState.Closed)
                {
                    Meters.CircuitOpenings.Increment();
                }

                opens = Circuit.TakeOpens();
                _probeTimer.Change(Circuit.IsForced || IsClosed ? Timeout.InfiniteTimeSpan : Circuit.Recovery, Timeout.InfiniteTimeSpan);
                if (failure is not null)
                {
                    conditions = _conditions.TakeFailing();
                    SetAttention(Leasing.Attention.Watched, _conditions.Count > 0);
                }
            }
        }

        // The opens that it ends report by themselves.
        _ = opens?.CancelAsync();
        conditions?.ForEach(condition => condition.Fail(_work.DescribeOpenFailure(failure!)));
        Settle();
    }

    /// <summary>Under the lock, so that changes are announced in their order. What listens runs elsewhere.</summary>
    private void AnnounceUnderLock(CircuitState before) => _work.Announce(before, Circuit.Describe(Meters.LastOpenFailure));

    /// <summary>The waiters for whom nothing is coming: the circuit is not closed, and no connection is left that could come back.</summary>
    private List<Waiter>? TakeHopeless()
    {
        if (_queue.Count == 0 || !IsHopeless)
        {
            return null;
        }

        List<Waiter> hopeless = [];
        while (_queue.First is { } waiter)
        {
            _queue.Remove(waiter);
            hopeless.Add(waiter);
        }

        NoteQueueEmpty();
        return hopeless;
    }

    private bool IsHopeless => Circuit.State != CircuitState.Closed && (Circuit.IsForced || CountLive() == 0);

    /// <summary>Under the lock.</summary>
    private int CountLive() => Capacity.Total - Capacity.Opening - _slots.CountOf(SlotState.Closing);
}
