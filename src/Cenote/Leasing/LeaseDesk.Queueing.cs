namespace Cenote.Leasing;

// Callers that enter the queue, and callers that leave it without a connection.
internal sealed partial class LeaseDesk
{
    /// <summary>Queues a caller. The result may already be there.</summary>
    /// <param name="request">The caller's request.</param>
    /// <param name="isBlocking">Whether it will block its thread.</param>
    internal Waiter Enqueue(in RentRequest request, bool isBlocking)
    {
        var waiter = TryEnqueue(request, isBlocking, made: null) ?? TryEnqueue(request, isBlocking, new Waiter(this))!;
        Settle();
        waiter.Arm();
        return waiter;
    }

    /// <summary>
    /// Queues a spare waiter, or the given one, which is created without the lock because it has a timer of the
    /// application's clock.
    /// </summary>
    private Waiter? TryEnqueue(in RentRequest request, bool isBlocking, Waiter? made)
    {
        Func<Exception>? refuse;
        if (_queue.Count >= _maxWaiters)
        {
            // The callers that fill the queue may be about to be served.
            Settle();
        }

        lock (_gate)
        {
            refuse = FindRefusal(request);
            if (refuse is null)
            {
                return TryEnqueueUnderLock(request, isBlocking, made);
            }
        }

        throw refuse();
    }

    private Waiter? TryEnqueueUnderLock(in RentRequest request, bool isBlocking, Waiter? made)
    {
        if ((made ?? _queue.TakeSpare()) is not { } waiter)
        {
            return null;
        }

        AdvanceTo((long)(request.Deadline - request.Timeout).TotalMilliseconds);
        waiter.Begin(request, isBlocking);
        _queue.Enqueue(waiter);
        _hadBlockedCallers |= _queue.Blocking > 1;
        Capacity.RecordDemand();
        SetAttention(Leasing.Attention.Waiting, on: true);
        return waiter;
    }

    /// <summary>Returns why a caller cannot be queued.</summary>
    private Func<Exception>? FindRefusal(in RentRequest request)
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
            return () => _failures.OpenFailed(failure);
        }

        // A caller that got a dead connection keeps its place.
        if (_queue.Count >= _maxWaiters && request.Place == 0)
        {
            Meters.OverloadRejections.Increment();
            return () => _failures.Overloaded($"{_maxWaiters} callers wait already, which is MaxWaiters");
        }

        return null;
    }

    internal void Cancel(Waiter waiter)
    {
        if (TryRemove(waiter, onlyIfOverdue: false))
        {
            Meters.Cancellations.Increment();
            waiter.Fail(RentFailures.Cancelled(waiter.Request));
        }
    }

    /// <summary>Ends the wait of a waiter whose deadline has passed.</summary>
    /// <returns><see langword="false"/> when it is still queued, with time left.</returns>
    internal bool TryExpire(Waiter waiter)
    {
        if (TryRemove(waiter, onlyIfOverdue: true))
        {
            End(waiter);
            return true;
        }

        return !waiter.IsQueued;
    }

    internal void Recycle(Waiter waiter)
    {
        lock (_gate)
        {
            if (!IsClosed)
            {
                _queue.PutBack(waiter);
                return;
            }
        }

        waiter.Retire();
    }

    /// <summary>Gets the number of finished waiters that are kept for later callers.</summary>
    internal int SpareWaiters => _queue.Spares;

    /// <summary>Drops the spare waiters that were not needed since the last call.</summary>
    internal void TrimSpareWaiters(int kept)
    {
        Waiter? waiter;
        lock (_gate)
        {
            waiter = _queue.TakeUnneeded(kept);
        }

        LetGo(waiter);
    }

    private static void LetGo(Waiter? waiter)
    {
        while (waiter is not null)
        {
            var next = waiter.Next;
            waiter.Next = null;
            waiter.Retire();
            waiter = next;
        }
    }

    private bool TryRemove(Waiter waiter, bool onlyIfOverdue)
    {
        lock (_gate)
        {
            if (!waiter.IsQueued || (onlyIfOverdue && !waiter.IsOverdue()))
            {
                return false;
            }

            _queue.Remove(waiter);
            if (_queue.Count == 0)
            {
                RecordQueueEmpty();
            }

            return true;
        }
    }

    private void RecordQueueEmpty()
    {
        SetAttention(Leasing.Attention.Waiting, on: false);
        _shedding?.RecordEmpty();
    }
}
