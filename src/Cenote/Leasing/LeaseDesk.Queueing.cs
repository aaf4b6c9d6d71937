namespace Cenote.Leasing;

// Callers that enter the queue, and callers that leave it without a connection.
internal sealed partial class LeaseDesk
{
    /// <summary>
    /// The remainder of a caller's timeout below which it checks its deadline itself when it runs, because the thread
    /// pool may run it too late.
    /// </summary>
    private static readonly TimeSpan ShortRemainder = TimeSpan.FromSeconds(1);

    /// <summary>Gets the last place in the queue: a caller that comes now is behind it.</summary>
    internal long LastPlace => _queue.LastSequence;

    /// <summary>Queues a caller. The result may already be there.</summary>
    /// <param name="request">The caller's request.</param>
    /// <param name="isBlocking">Whether it will block its thread.</param>
    /// <exception cref="PoolException">The caller is rejected.</exception>
    /// <exception cref="InvalidOperationException">The pool does not have the lane of the flow.</exception>
    internal Waiter Enqueue(in RentRequest request, bool isBlocking)
    {
        var lane = request.Lane;
        if (lane < 0)
        {
            throw UnknownLane();
        }

        if (IsFull(lane) && !request.IsBack)
        {
            // The callers that fill the queue may be about to be served.
            Settle();
        }

        // Prepared before it is visible, and before the lock.
        var waiter = Waiter.TakeSpare() ?? TakeSpareOfCrowd() ?? new Waiter();
        waiter.Begin(this, request, isBlocking);
        var mustSettle = false;
        var mustArm = false;
        Func<Exception>? refuse;
        lock (_gate)
        {
            refuse = FindRefusal();
            if (refuse is null && IsFull(lane) && !request.IsBack)
            {
                Meters.OverloadRejections.Increment();
                refuse = RefuseForLength(lane);
            }

            if (refuse is null)
            {
                AdvanceTo((long)request.StartedAt.TotalMilliseconds);
                mustArm = EnqueueUnderLock(waiter, request.IsBack ? WaiterQueue.PlaceAfter(request.CameAfter) : 0, out mustSettle);
            }
        }

        if (refuse is not null)
        {
            waiter.Release();
            throw refuse();
        }

        try
        {
            if (mustSettle)
            {
                Settle();
            }

            if (mustArm)
            {
                ArmDeadlineTimer();
            }

            waiter.Register(request.CancellationToken);
        }
        catch (ThreadInterruptedException)
        {
            waiter.LeaveQueue();
            throw;
        }

        return waiter;
    }

    /// <summary>
    /// Queues a waiter. Where callers wait already, every connection is leased and no other may be opened, the last
    /// settlement left nothing that this caller could be matched with.
    /// </summary>
    /// <returns>Whether the timer must be armed for an earlier deadline.</returns>
    private bool EnqueueUnderLock(Waiter waiter, long place, out bool mustSettle)
    {
        _queue.Enqueue(waiter, place);
        if (_queue.Blocking > 1)
        {
            _hadBlockedCallers = true;
        }

        Capacity.RecordDemand();
        mustSettle = (_attention & ~(int)Leasing.Attention.Aside) != (int)Leasing.Attention.Waiting || _hasIdle || Capacity.HasRoom || Circuit.State != CircuitState.Closed;
        SetAttention(Leasing.Attention.Waiting, on: true);
        if (waiter.Deadline >= _timerDueAt)
        {
            return false;
        }

        _timerDueAt = waiter.Deadline;
        return true;
    }

    /// <summary>
    /// Puts the caller that got a dead connection back into its place in the queue, or ends its wait where it can no
    /// longer be served.
    /// </summary>
    private void QueueAgain(Waiter waiter, long place)
    {
        Func<Exception>? refuse;
        var mustArm = false;
        bool isOver;
        lock (_gate)
        {
            // A cancellation or a timeout that came meanwhile did not find it in the queue. A later one does.
            var now = Clock.Elapsed;
            isOver = waiter.IsOver(now);
            refuse = isOver ? null : FindRefusal();
            if (!isOver && refuse is null)
            {
                waiter.ComeBack(now);
                mustArm = EnqueueUnderLock(waiter, place, out _);
            }
        }

        if (isOver)
        {
            End(waiter);
            return;
        }

        if (refuse is not null)
        {
            waiter.Fail(refuse());
            return;
        }

        if (mustArm)
        {
            ArmDeadlineTimer();
        }
    }

    /// <summary>Returns why a caller cannot be queued.</summary>
    private Func<Exception>? FindRefusal()
    {
        if (IsClosed)
        {
            return _failures.Closed;
        }

        if (IsUnservable)
        {
            Meters.CircuitRejections.Increment();
            return _failures.CircuitOpen;
        }

        if (Meters.LastOpenFailure is { Kind: FailureKind.InvalidCredentials } failure
            && Capacity.RefusesOpens(Clock.ElapsedMilliseconds) && Capacity.UnderWay == 0 && CountLive() == 0)
        {
            Meters.Errors.Increment();
            return RefuseAs(failure);
        }

        return null;
    }

    // A method of its own, because the closure would be allocated for every caller.
    private Func<Exception> RefuseAs(OpenFailure failure) => () => _failures.OpenFailed(failure);

    private bool IsFull(int lane) => Lanes is { } lanes ? lanes.IsFull(lane, _maxWaiters) : _queue.Count >= _maxWaiters;

    private Func<PoolOverloadedException> RefuseForLength(int lane)
    {
        var most = _maxWaiters;
        if (Lanes?.All[lane] is { } full)
        {
            full.Rejections.Increment();
            most = full.MaxWaiters ?? most;
        }

        return () => _failures.Overloaded($"{most} callers wait already, which is MaxWaiters", NameOfLane(lane));
    }

    private void RecordCancelled(Waiter waiter)
    {
        Meters.Cancellations.Increment();
        Lanes?.All[waiter.Lane].Cancellations.Increment();
    }

    internal void Cancel(Waiter waiter, CancellationToken cancellationToken = default)
    {
        if (TryRemove(waiter, onlyIfOverdue: false))
        {
            RecordCancelled(waiter);
            waiter.Fail(new OperationCanceledException(cancellationToken));
            LeaveBudgetQueue();
        }
    }

    /// <summary>Ends the wait of a waiter whose deadline has passed.</summary>
    /// <returns><see langword="false"/> when it is still queued, with time left.</returns>
    internal bool TryExpire(Waiter waiter)
    {
        if (TryRemove(waiter, onlyIfOverdue: true))
        {
            End(waiter);
            LeaveBudgetQueue();
            return true;
        }

        return !waiter.IsQueued;
    }

    /// <summary>Keeps a waiter for the next caller: this thread's own, or another after a crowd.</summary>
    internal void Recycle(Waiter waiter)
    {
        if (Waiter.TryKeep(waiter))
        {
            return;
        }

        lock (_gate)
        {
            if (!IsClosed)
            {
                _queue.PutBack(waiter);
            }
        }
    }

    private Waiter? TakeSpareOfCrowd()
    {
        if (_queue.Spares == 0)
        {
            return null;
        }

        lock (_gate)
        {
            return _queue.TakeSpare();
        }
    }

    /// <summary>
    /// Receives a lease whose caller may run too late, or has waited for long. A lease that comes after the deadline is
    /// returned: no caller is served late.
    /// </summary>
    internal ConnectionLease Receive(in ConnectionLease lease, in RentRequest request, bool mustCheckDeadline, bool wasSlow)
    {
        var now = Clock.Elapsed;
        if (mustCheckDeadline && request.Deadline <= now)
        {
            Meters.Timeouts.Increment();
            Lanes?.All[request.Lane].Timeouts.Increment();
            lease.Dispose();
            throw _failures.TimedOut(request);
        }

        if (wasSlow)
        {
            _failures.RecordSlow(request, request.WaitedAt(now));
        }

        return lease;
    }

    /// <summary>Gets the number of finished waiters that are kept for later callers.</summary>
    internal int SpareWaiters => _queue.Spares;

    /// <summary>Drops the spare waiters that were not needed since the last call.</summary>
    internal void TrimSpareWaiters(int kept)
    {
        lock (_gate)
        {
            _queue.DropUnneeded(kept);
        }
    }

    private bool TryRemove(Waiter waiter, bool onlyIfOverdue)
    {
        lock (_gate)
        {
            if (!waiter.IsQueued || (onlyIfOverdue && waiter.Deadline > Clock.Elapsed))
            {
                return false;
            }

            _queue.Remove(waiter);
            _waitedTime.Add(WaitedForOpen(Clock.Elapsed, waiter));
            if (_queue.Count == 0)
            {
                RecordQueueEmpty();
            }

            return true;
        }
    }

    /// <summary>Ends the waits whose deadline has passed, and arms the timer for the next one.</summary>
    internal void EndOverdue()
    {
        List<Waiter>? over = null;
        lock (_gate)
        {
            if (IsClosed)
            {
                return;
            }

            var now = Clock.Elapsed;
            _queue.TakeOverdue(now, ref over);
            AddWaits(over, first: 0, now);
            if (over is not null && _queue.Count == 0)
            {
                RecordQueueEmpty();
            }

            _timerDueAt = _queue.EarliestDeadline;
        }

        ArmDeadlineTimer();
        over?.ForEach(End);
        LeaveBudgetQueue();
    }

    /// <summary>
    /// Arms the timer without the lock, because a clock of the application may call back. Another thread may have
    /// brought the moment forward meanwhile; the last one arms the timer for the moment in force.
    /// </summary>
    private void ArmDeadlineTimer()
    {
        while (true)
        {
            TimeSpan dueAt;
            lock (_gate)
            {
                dueAt = _timerDueAt;
            }

            if (dueAt == TimeSpan.MaxValue)
            {
                return;
            }

            SetTimer(ref _deadlineTimer, static state => ((LeaseDesk)state!).EndOverdue(), dueAt - Clock.Elapsed);
            lock (_gate)
            {
                if (_timerDueAt >= dueAt)
                {
                    return;
                }
            }
        }
    }

    /// <summary>
    /// Returns how long a caller has waited in the queue, without an earlier wait for a connection that was dead. The
    /// clock may have been read before it queued, but zero is the wait of a caller that did not queue.
    /// </summary>
    private static TimeSpan WaitedUntil(TimeSpan now, Waiter waiter) =>
        now - waiter.QueuedAt is var waited && waited > TimeSpan.Zero ? waited : TimeSpan.FromTicks(1);

    /// <summary>Records that a waiter was taken out of the queue with a connection. Under the lock.</summary>
    private void RecordWait(Waiter waiter, Slot slot, TimeSpan now)
    {
        var waited = WaitedUntil(now, waiter);
        Meters.WaitTime.RecordAlone(waited);
        if (Lanes is { } lanes)
        {
            lanes.All[waiter.Lane].WaitTime.RecordAlone(waited);
            waited = Shorter(waited, now - lanes.Take(waiter.Lane, slot, now));
        }

        _waitedTime.Add(waited);
    }

    private void RecordQueueEmpty()
    {
        RecordLastServed();
        _shedding?.RecordEmpty();
    }

    private void RecordLastServed()
    {
        SetAttention(Leasing.Attention.Waiting, on: false);
        _waitedTime.RecordEmpty(Expected.Opens.Value ?? TimeSpan.Zero);
    }
}
