using Cenote.Providers;

namespace Cenote.Leasing;

// Opened and closed connections. Every open is counted in Opened, every close in Closed.
internal sealed partial class LeaseDesk
{
    private long _generation;
    private CancellationTokenSource? _generationEnds;

    /// <summary>
    /// Returns whether a slot's open began before the present generation, so that its connection will not be used.
    /// Under the lock.
    /// </summary>
    private bool IsObsolete(Slot slot) => slot.Age.Generation != _generation;

    /// <summary>
    /// Returns a token that is cancelled when a new generation begins, so that an earlier open ends. Its slot becomes
    /// free when it has ended. A driver that ignores the token is waited for, so that there are never more connections
    /// than the limit.
    /// </summary>
    internal CancellationToken ReadGenerationToken(Slot slot)
    {
        lock (_gate)
        {
            return IsObsolete(slot) ? new CancellationToken(canceled: true) : (_generationEnds ??= new CancellationTokenSource()).Token;
        }
    }

    /// <summary>Adds an opened connection to the pool, unless it is no longer wanted.</summary>
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

            EndOpening(slot, hasOpened: true);
            slot.Permit?.Opened();
            Meters.Opened.Increment();
            Meters.LastOpenFailure = null;
            CheckClocks(Clock.ElapsedMilliseconds);
            slot.Install(physical);
            slot.Age.BeginLife(_now, expiresAt, SlotWord.LeasesOf(slot.Word));
            slot.FreshAt = AliveAt(slot);
            refusal = _attention.HasAny(Leasing.Attention.Closed) ? CloseReason.PoolClosed
                : IsObsolete(slot) ? CloseReason.Retired
                : Capacity.Total > Capacity.Limit ? CloseReason.PoolShrunk
                : null;
            if (refusal is null)
            {
                slot.BecomeIdle();
            }
            else
            {
                slot.Change(SlotState.Closing);
            }
        }

        if (refusal is { } reason)
        {
            _work.Close(slot, reason);
        }

        Settle();
    }

    /// <summary>
    /// Records that no connection could be opened for a slot in state opening. Callers that queued before the first
    /// attempt fail, unless a leased connection or another open may still serve them; those continue to wait.
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

            // Refused credentials are not tried again for a while, whichever caller waits.
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
            ShowConditions();
        }

        failed?.ForEach(waiter => Fail(waiter, ref Meters.Errors, () => _failures.OpenFailed(failure)));
        conditions.ForEach(condition => condition.Fail(_failures.OpenFailed(failure)));
        Settle();
    }

    /// <summary>
    /// Returns whether an open that is about to connect is still needed, because the demand that it was started for may
    /// be gone.
    /// </summary>
    internal bool StillWantsOpening(Slot slot)
    {
        List<Waiter>? over = null;
        bool isWanted;
        lock (_gate)
        {
            ObserveHeadRoom(Clock.Elapsed);
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
    /// Ends an open that is no longer needed, because its demand is gone, the circuit has opened, or a new generation
    /// has begun.
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
    /// Ends a failed open of an earlier generation. It shows nothing about the server, and its waiting callers get
    /// another open at once.
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
        // It has served no caller.
        _waitedTime.Add(slot.Age.WaitedFor);
        Capacity.Release();
        EndOpening(slot, hasOpened: false);
        BecomeEmpty(slot);
    }

    private void BecomeEmpty(Slot slot)
    {
        slot.Permit?.GiveBack();
        slot.Permit = null;
        _slots.BecomeEmpty(slot);
    }

    private void EndOpening(Slot slot, bool hasOpened)
    {
        Capacity.EndOpening(hasOpened, _slots.CountOf(SlotState.Closing), IsObsolete(slot));
        if (Capacity.Opening == 0)
        {
            // What the sources keep for their listeners is larger than the sources.
            _generationEnds = null;
            Circuit.ForgetOpens();
        }
    }

    /// <summary>Records that the connection of a slot in state closing is closed.</summary>
    internal void Closed(Slot slot, CloseReason reason)
    {
        lock (_gate)
        {
            Capacity.Release();
            Meters.Closed(reason);
            slot.Uninstall();
            BecomeEmpty(slot);
            Lanes?.ReleaseIfFree(slot, Clock.Elapsed);
        }

        Settle();
    }

    /// <summary>Records that a connection whose opening was given up was opened late, and closed.</summary>
    internal void ClosedLate()
    {
        lock (_gate)
        {
            Meters.Opened.Increment();
            Meters.Closed(CloseReason.OpenFailed);
        }
    }

    /// <summary>
    /// Ends a lease that its holder has not returned: it is revoked, abandoned, or its statement hangs. The session is
    /// in an unknown state, so the connection is closed.
    /// </summary>
    internal bool TryTakeBack(Slot slot, long ticket, CloseReason reason, Action? beforeClose = null)
    {
        if (!slot.TryChange(ticket, SlotWord.With(ticket, SlotState.Closing)))
        {
            return false;
        }

        beforeClose?.Invoke();
        _work.Close(slot, reason);
        return true;
    }
}
