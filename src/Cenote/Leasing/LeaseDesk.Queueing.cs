namespace Cenote.Leasing;

// Callers that come into the queue, and those that leave it without a connection.
internal sealed partial class LeaseDesk
{
    /// <summary>Queues a caller. The result may be there already.</summary>
    /// <param name="request">What the caller asks for.</param>
    /// <param name="isBlocking">Whether it will block its thread.</param>
    internal Waiter Enqueue(in RentRequest request, bool isBlocking)
    {
        var waiter = TryEnqueue(request, isBlocking, made: null) ?? TryEnqueue(request, isBlocking, new Waiter(this))!;
        Settle();
        waiter.Arm();
        return waiter;
    }

    /// <summary>
    /// Queues a spare waiter or the one given, which is made without the lock: it has a timer of the user's clock.
    /// </summary>
    private Waiter? TryEnqueue(in RentRequest request, bool isBlocking, Waiter? made)
    {
        Func<Exception>? refuse;
        if (_queue.Count >= _maxWaiters)
        {
            // Whoever filled the queue may be about to be served.
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

    /// <summary>Why a caller may not even queue.</summary>
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

        // A caller that had its turn and got a dead connection keeps its place.
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

    /// <summary>Ends the wait of a waiter whose time is up.</summary>
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

    /// <summary>Finished waiters that are kept for callers to come.</summary>
    internal int SpareWaiters => _queue.Spares;

    /// <summary>Lets go of the spare waiters that nobody has needed since this was called last.</summary>
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
