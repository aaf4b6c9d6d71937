using Cenote.Statistics;

namespace Cenote.Leasing;

// Bringing slots, waiters and capacity into agreement.
internal sealed partial class LeaseDesk
{
    /// <summary>
    /// Closes what is too much, serves waiters from idle connections in their order, then starts whatever is still
    /// missing: validations of connections too stale to lend, opens. Everything that changes slots, waiters or capacity
    /// ends here.
    /// </summary>
    internal void Settle()
    {
        while (true)
        {
            Waiter? waiter;
            Slot? toValidate = null;
            Slot? toOpen = null;
            Slot? toClose = null;
            List<Condition>? met = null;
            List<Waiter>? hopeless;
            List<Waiter>? shed = null;
            List<Waiter>? over = null;
            ConnectionLease lease;
            TimeSpan now;
            var isInDoubt = false;
            bool needsOwnThread;
            lock (_gate)
            {
                now = Clock.Elapsed;
                WeedQueue(1, now, ref over);
                hopeless = TakeUnservable();

                // What is too much goes first: a busy pool would otherwise lend it on and on, and never shrink.
                toClose = TryTakeExcess();
                waiter = TryMatch(out lease, now, isAllowed: toClose is null, ref shed, ref over);
                needsOwnThread = _queue.Blocking > 0;
                if (waiter is null && toClose is null)
                {
                    toValidate = TryTakeStale();
                    toOpen = toValidate is null ? TryTakeEmpty(now, ref over, ref isInDoubt) : null;
                    if (_conditions.Count > 0)
                    {
                        met = _conditions.TakeMet(CountUnderLock());
                        SetAttention(Leasing.Attention.Watched, _conditions.Count > 0);
                    }
                }
            }

            met?.ForEach(static condition => condition.Complete());
            waiter?.Complete(lease, now);
            over?.ForEach(End);
            hopeless?.ForEach(Refuse);
            shed?.ForEach(Shed);
            if (waiter is not null)
            {
                continue;
            }

            if (isInDoubt)
            {
                ArmDoubtTimer();
            }

            if (toValidate is not null)
            {
                _work.Validate(toValidate, needsOwnThread);
            }
            else if (toOpen is not null)
            {
                _work.Open(toOpen, needsOwnThread);
            }
            else if (toClose is not null)
            {
                _work.Close(toClose, CloseReason.PoolShrunk);
            }
            else
            {
                return;
            }
        }
    }

    private void Refuse(Waiter waiter) => Fail(waiter, Meters.CircuitRejections, _failures.CircuitOpen);

    private void Shed(Waiter waiter) =>
        Fail(waiter, Meters.OverloadRejections, () => _failures.Overloaded("waits have been too long for too long (LoadShedding)"));

    /// <summary>Tells a caller, who was taken out of the queue, of a failure, unless it had given up before.</summary>
    private void Fail(Waiter waiter, Counter? counter, Func<Exception> describe)
    {
        if (waiter.IsOver(Clock.Elapsed))
        {
            End(waiter);
            return;
        }

        counter?.Increment();
        waiter.Fail(describe());
    }

    /// <summary>
    /// Tells a caller, who was taken out of the queue, that it was cancelled or else that its time is up.
    /// </summary>
    private void End(Waiter waiter)
    {
        if (waiter.Request.CancellationToken.IsCancellationRequested)
        {
            Meters.Cancellations.Increment();
            waiter.Fail(RentFailures.Cancelled(waiter.Request));
            return;
        }

        Meters.Timeouts.Increment();
        waiter.Fail(_failures.TimedOut(waiter.Request));
    }

    /// <summary>
    /// Under the lock. Whoever is next, for a connection or for an open, is asked first whether it can still use it.
    /// </summary>
    /// <returns>How many of the first can, up to <paramref name="most"/>.</returns>
    private int WeedQueue(int most, TimeSpan now, ref List<Waiter>? over)
    {
        if (_queue.Count == 0)
        {
            return 0;
        }

        var usable = _queue.Weed(most, now, ref over);
        if (_queue.Count == 0)
        {
            RecordQueueEmpty();
        }

        return usable;
    }

    /// <summary>The first waiter, or the first that is not turned away, and a connection for it.</summary>
    private Waiter? TryMatch(out ConnectionLease lease, TimeSpan now, bool isAllowed, ref List<Waiter>? shed, ref List<Waiter>? over)
    {
        lease = default;
        if (!isAllowed
            || _queue.First is not { } waiter
            || _attention.HasAny(Leasing.Attention.Suspended | Leasing.Attention.Closed | Leasing.Attention.Isolated)
            || _slots.TryTakeIdle(_freshSince, out var ticket) is not { } slot)
        {
            return null;
        }

        if (_shedding is null)
        {
            _queue.Remove(waiter);
        }
        else
        {
            waiter = _shedding.Take(_queue, now, ref shed, ref over);
        }

        SetAttention(Leasing.Attention.Waiting, _queue.Count > 0);
        slot.SetHolder(ticket, this, waiter.Request);
        lease = new ConnectionLease(slot, ticket);
        return waiter;
    }

    /// <summary>
    /// An idle connection that nobody used or checked for long, when more callers wait than are being validated for.
    /// </summary>
    private Slot? TryTakeStale()
    {
        if (_queue.Count == 0 || _attention.HasAny(Leasing.Attention.Suspended | Leasing.Attention.Closed))
        {
            return null;
        }

        return _slots.CountOf(SlotState.Validating) < _queue.Count ? _slots.TryClaimIdle(SlotState.Validating, static _ => true) : null;
    }

    /// <summary>An empty slot to open a connection in, when there is demand and room.</summary>
    private Slot? TryTakeEmpty(TimeSpan now, ref List<Waiter>? over, ref bool isInDoubt)
    {
        if (Circuit.IsProbeDue && !Capacity.HasRoom && Capacity.UnderWay == 0 && CountLive() > 0)
        {
            var before = Circuit.State;
            Circuit.CloseForLackOfRoom();
            NotifyUnderLock(before);
        }

        if (_attention.HasAny(Leasing.Attention.Suspended | Leasing.Attention.Closed)
            || !(Circuit.State == CircuitState.Closed ? WantsOpening(now, ref over, ref isInDoubt) : Circuit.IsProbeDue && Capacity.HasRoom)
            || _slots.FindEmpty() is not { } slot)
        {
            return null;
        }

        if (Circuit.State != CircuitState.Closed)
        {
            var before = Circuit.State;
            Circuit.BeginProbe(slot.Id);
            NotifyUnderLock(before);
        }

        Capacity.BeginOpening();
        slot.Age.BeginOpening(_generation, _queue.LastSequence);
        slot.Change(SlotState.Opening);
        return slot;
    }

    /// <summary>An idle connection above the limit.</summary>
    private Slot? TryTakeExcess()
    {
        var isOverLimit = Capacity.Total > Capacity.Limit && Capacity.Total - _slots.CountOf(SlotState.Closing) > Capacity.Limit;
        if (!isOverLimit)
        {
            if (_attention.HasAny(Leasing.Attention.Shrinking))
            {
                SetAttention(Leasing.Attention.Shrinking, on: false);
            }

            return null;
        }

        // Leased ones follow as they come back: the bit sends every return here.
        SetAttention(Leasing.Attention.Shrinking, on: true);
        return _slots.TryClaimIdle(SlotState.Closing, static _ => true);
    }
}
