using Cenote.Statistics;

namespace Cenote.Leasing;

// Bringing slots, waiters and capacity into agreement.
internal sealed partial class LeaseDesk
{
    /// <summary>
    /// Closes excess connections, serves waiters from idle connections in their order, then starts the validations of
    /// stale connections and the opens that are still missing. Every change of slots, waiters or capacity ends here.
    /// </summary>
    internal void Settle()
    {
        while (true)
        {
            Waiter? waiter;
            Slot? toValidate = null;
            Slot? toOpen = null;
            Slot? toClose = null;
            Slot? toReclaim = null;
            List<Condition>? met = null;
            List<Waiter>? hopeless;
            List<Waiter>? shed = null;
            List<Waiter>? over = null;
            Slot? served;
            long ticket;
            TimeSpan now;
            var isInDoubt = false;
            bool needsOwnThread;
            lock (_gate)
            {
                Wake();
                now = Clock.Elapsed;
                WeedQueue(1, now, ref over);
                hopeless = TakeUnservable();

                // Excess connections go first: a busy pool would otherwise rent them again and again, and never shrink.
                toClose = TryTakeExcess();
                toReclaim = toClose is null && _queue.Servable > 0 ? TryTakeOwed(now) : null;
                waiter = TryMatch(out served, out ticket, now, isAllowed: toClose is null && toReclaim is null, ref shed, ref over);
                needsOwnThread = _queue.Blocking > 0;
                if (waiter is null && toClose is null && toReclaim is null)
                {
                    toValidate = TryTakeStale();
                    toOpen = toValidate is null ? TryTakeEmpty(now, ref over, ref isInDoubt) : null;
                    if (toOpen is null && toValidate is null)
                    {
                        OfferIdle();
                    }

                    _hasIdle = _queue.Count > 0 && _slots.HasIdle();
                    if (_conditions.Count > 0)
                    {
                        met = _conditions.TakeMet(CountUnderLock());
                        ShowConditions();
                    }
                }
            }

            met?.ForEach(static condition => condition.Complete());
            if (waiter is not null)
            {
                Deliver(waiter, served!, ticket, now);
            }

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
            else if (toReclaim is not null)
            {
                Reclaim(toReclaim);
            }
            else
            {
                EndSettlement();
                return;
            }
        }
    }

    private void Refuse(Waiter waiter) => Fail(waiter, ref Meters.CircuitRejections, _failures.CircuitOpen);

    private void Shed(Waiter waiter)
    {
        var lane = waiter.Lane;
        Fail(
            waiter,
            ref Meters.OverloadRejections,
            () =>
            {
                Lanes?.All[lane].Rejections.Increment();
                return _failures.Overloaded("waiting times stayed above the target (LoadShedding)", NameOfLane(lane));
            });
    }

    /// <summary>
    /// Ends the wait of a caller, taken out of the queue, with a failure, unless it had given up before.
    /// </summary>
    private void Fail(Waiter waiter, ref Counter counter, Func<Exception> describe)
    {
        if (!TryEndOver(waiter))
        {
            counter.Increment();
            waiter.Fail(describe());
        }
    }

    private bool TryEndOver(Waiter waiter)
    {
        var isOver = waiter.IsOver(Clock.Elapsed);
        if (isOver)
        {
            End(waiter);
        }

        return isOver;
    }

    /// <summary>Ends the wait of a caller, taken out of the queue, with its cancellation or else its timeout.</summary>
    private void End(Waiter waiter)
    {
        if (waiter.IsCancelled)
        {
            RecordCancelled(waiter);
            waiter.Fail(new OperationCanceledException(waiter.Request.CancellationToken));
            return;
        }

        Meters.Timeouts.Increment();
        Lanes?.All[waiter.Lane].Timeouts.Increment();
        waiter.Fail(_failures.TimedOut(waiter.Request));
    }

    /// <summary>
    /// Checks whether the first waiters, for a connection or for an open, can still use it. Under the lock.
    /// </summary>
    /// <returns>How many of the first can, up to <paramref name="most"/>.</returns>
    private int WeedQueue(int most, TimeSpan now, ref List<Waiter>? over)
    {
        if (_queue.Count == 0)
        {
            return 0;
        }

        var before = over?.Count ?? 0;
        var usable = _queue.Weed(most, now, ref over);
        AddWaits(over, before, now);
        if (_queue.Count == 0)
        {
            RecordQueueEmpty();
        }

        return usable;
    }

    /// <summary>Returns the first waiter that is not rejected, and a connection for it.</summary>
    private Waiter? TryMatch(out Slot? slot, out long ticket, TimeSpan now, bool isAllowed, ref List<Waiter>? shed, ref List<Waiter>? over)
    {
        (slot, ticket) = (null, 0);
        if (!isAllowed
            || _queue.Next is not { } waiter
            || _attention.HasAny(Leasing.Attention.Suspended | Leasing.Attention.Closed | Leasing.Attention.Isolated)
            || (slot = _slots.TryTakeIdle(_freshSince, out ticket)) is null)
        {
            return null;
        }

        if (!_sheds || (_shedding ?? Lanes?.All[waiter.Lane].Shedding) is not { } shedding)
        {
            _queue.Remove(waiter);
        }
        else
        {
            waiter = shedding.Take(_queue, _queue.ListOf(waiter), now, ref shed, ref over);
        }

        slot.SetHolder(ticket, this, waiter);
        RecordWait(waiter, slot, now);
        if (_queue.Count == 0)
        {
            RecordLastServed();
        }

        return waiter;
    }

    /// <summary>Takes a stale idle connection, when more callers wait than validations are in progress.</summary>
    private Slot? TryTakeStale()
    {
        if (_queue.Next is null || _attention.HasAny(Leasing.Attention.Suspended | Leasing.Attention.Closed))
        {
            return null;
        }

        return _slots.CountOf(SlotState.Validating) < _queue.Servable ? _slots.TryClaimIdle(SlotState.Validating) : null;
    }

    /// <summary>Takes an empty slot to open a connection in, when there is demand and room.</summary>
    private Slot? TryTakeEmpty(TimeSpan now, ref List<Waiter>? over, ref bool isInDoubt)
    {
        ObserveHeadRoom(now);
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
            WantNoPermit();
            return null;
        }

        if (!TryTakePermit(slot, now))
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
        Capacity.HeadRoom?.Spend(Expected.Opens.Value ?? TimeSpan.Zero);
        slot.Age.BeginOpening(_generation, _queue.LastSequence, _standstills);
        (slot.Age.WaitedFor, _spentOnNext) = (_spentOnNext, TimeSpan.Zero);
        slot.Change(SlotState.Opening);
        return slot;
    }

    /// <summary>Takes an idle connection above the limit.</summary>
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

        // Leased ones follow when they are returned: the bit sends every return here.
        SetAttention(Leasing.Attention.Shrinking, on: true);
        return _slots.TryClaimIdle(SlotState.Closing);
    }
}
