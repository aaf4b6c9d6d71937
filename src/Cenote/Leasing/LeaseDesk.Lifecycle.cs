using Cenote.Providers;

namespace Cenote.Leasing;

// Connections coming and going. Every open is counted in Opened, every close in Closed.
internal sealed partial class LeaseDesk
{
    private long _generation;
    private CancellationTokenSource _generationEnds = new();

    /// <summary>
    /// Under the lock. Whether a slot's open began before the present generation: its connection will not be lent.
    /// </summary>
    private bool IsObsolete(Slot slot) => slot.Age.Generation != _generation;

    /// <summary>
    /// Signalled when a new generation begins: an open that was begun before is to end. Its slot is free when it has: a
    /// driver that does not listen is waited for, so that there are never more connections than the limit.
    /// </summary>
    internal CancellationToken ReadGenerationToken(Slot slot)
    {
        lock (_gate)
        {
            return IsObsolete(slot) ? new CancellationToken(canceled: true) : _generationEnds.Token;
        }
    }

    /// <summary>
    /// A connection was opened for a slot in state opening: it joins the pool, unless it is no longer wanted.
    /// </summary>
    internal void Opened(Slot slot, PhysicalConnection physical, long expiresAt)
    {
        CloseReason? refusal;
        lock (_gate)
        {
            var before = Circuit.State;
            if (Circuit.RecordSuccess(slot.Id))
            {
                NotifyUnderLock(before);
            }

            Capacity.EndOpening(hasOpened: true, _slots.CountOf(SlotState.Closing), IsObsolete(slot));
            Meters.Opened.Increment();
            Meters.LastOpenFailure = null;
            AdvanceClock();
            slot.Install(physical);
            slot.Age.BeginLife(_now, expiresAt, SlotWord.LeasesOf(slot.Word));
            slot.FreshAt = _now;
            refusal = _attention.HasAny(Leasing.Attention.Closed) ? CloseReason.PoolClosed
                : IsObsolete(slot) ? CloseReason.Retired
                : Capacity.Total > Capacity.Limit ? CloseReason.PoolShrunk
                : null;
            slot.Change(refusal is null ? SlotState.Idle : SlotState.Closing);
        }

        if (refusal is { } reason)
        {
            _work.Close(slot, reason);
        }

        Settle();
    }

    /// <summary>
    /// No connection could be opened for a slot in state opening. Callers that queued before the first try are told,
    /// unless a connection that is out, or another open, may still serve them: those go on waiting for it.
    /// </summary>
    internal void OpenFailed(Slot slot, OpenFailure failure)
    {
        if (TryEndObsolete(slot))
        {
            return;
        }

        ChangeCircuit(circuit => circuit.RecordSkipped(slot.Id));
        List<Waiter>? failed = null;
        List<Condition> conditions;
        lock (_gate)
        {
            EndWithoutConnection(slot);
            Capacity.HoldOpens(Clock.ElapsedMilliseconds);
            Meters.LastOpenFailure = failure;

            // Nobody tries refused credentials again for a while, whoever waits.
            var isRefused = failure.Kind == FailureKind.InvalidCredentials;
            if (Capacity.Total - Capacity.ObsoleteOpens - _slots.CountOf(SlotState.Closing) == 0)
            {
                while (_queue.First is { } waiter && (waiter.Sequence <= slot.Age.LastWaiter || isRefused))
                {
                    _queue.Remove(waiter);
                    (failed ??= []).Add(waiter);
                }

                if (_queue.Count == 0)
                {
                    RecordQueueEmpty();
                }
            }

            conditions = _conditions.TakeFailing();
            SetAttention(Leasing.Attention.Watched, _conditions.Count > 0);
        }

        failed?.ForEach(waiter => Fail(waiter, Meters.Errors, () => _failures.OpenFailed(failure)));
        conditions.ForEach(condition => condition.Fail(_failures.OpenFailed(failure)));
        Settle();
    }

    /// <summary>
    /// Whether an open that is about to connect is still needed: the demand it was started for may be gone.
    /// </summary>
    internal bool StillWantsOpening(Slot slot)
    {
        List<Waiter>? over = null;
        bool isWanted;
        lock (_gate)
        {
            isWanted = !_attention.HasAny(Leasing.Attention.Closed | Leasing.Attention.Suspended)
                && !IsObsolete(slot)
                && (Circuit.State == CircuitState.Closed
                    ? Capacity.StillWantsOpening(WeedQueue(Capacity.UnderWay, Clock.Elapsed, ref over))
                    : Circuit.Allows(slot.Id));
        }

        over?.ForEach(End);
        return isWanted;
    }

    /// <summary>
    /// Nobody needs the connection any more that a slot in state opening was meant for, the circuit has opened, or a
    /// new generation has begun.
    /// </summary>
    internal void OpenSkipped(Slot slot)
    {
        if (TryEndObsolete(slot))
        {
            return;
        }

        ChangeCircuit(circuit => circuit.RecordSkipped(slot.Id));
        lock (_gate)
        {
            EndWithoutConnection(slot);
        }

        Settle();
    }

    /// <summary>
    /// Ends an open of an earlier generation that has brought nothing. That says nothing of the server, and those who
    /// wait for it get another at once.
    /// </summary>
    private bool TryEndObsolete(Slot slot)
    {
        lock (_gate)
        {
            if (!IsObsolete(slot))
            {
                return false;
            }

            var before = Circuit.State;
            if (Circuit.RepeatProbe(slot.Id))
            {
                NotifyUnderLock(before);
            }

            EndWithoutConnection(slot);
        }

        Settle();
        return true;
    }

    private void EndWithoutConnection(Slot slot)
    {
        Capacity.Release();
        Capacity.EndOpening(hasOpened: false, _slots.CountOf(SlotState.Closing), IsObsolete(slot));
        slot.Change(SlotState.Empty);
    }

    /// <summary>The connection of a slot in state closing is closed.</summary>
    internal void Closed(Slot slot, CloseReason reason)
    {
        lock (_gate)
        {
            Capacity.Release();
            Meters.Closed(reason);
            slot.Uninstall();
            slot.Change(SlotState.Empty);
        }

        Settle();
    }

    /// <summary>A connection whose opening was given up came up after all, and was closed.</summary>
    internal void ClosedLate()
    {
        lock (_gate)
        {
            Meters.Opened.Increment();
            Meters.Closed(CloseReason.OpenFailed);
        }
    }

    /// <summary>
    /// Takes back a lease whose holder was garbage-collected, or keeps it too long. Its session is in an unknown state:
    /// it is closed.
    /// </summary>
    internal bool TryTakeBack(Slot slot, long ticket, CloseReason reason)
    {
        if (!slot.TryChange(ticket, SlotWord.With(ticket, SlotState.Closing)))
        {
            return false;
        }

        _work.Close(slot, reason);
        return true;
    }
}
