namespace Cenote.InterleavingTests.Planted;

/// <summary>
/// The desk's hand-over protocol in small: one connection, a queue, attention. Mistakes can be built in, to show that
/// the checker finds such mistakes in code of this shape.
/// </summary>
internal sealed class PocketDesk(PocketFault fault)
{
    private readonly object _gate = new();
    private readonly Queue<PocketWaiter> _queue = new();
    private int _idle = 1;
    private int _attention;
    private int _holders;

    /// <summary>Whether the connection is idle.</summary>
    public bool IsIdle => Volatile.Read(ref _idle) == 1;

    /// <summary>Rents and returns; says whether the connection was had.</summary>
    public bool RentAndReturn()
    {
        var waiter = Rent();
        if (waiter is not null && !waiter.Wait())
        {
            return false;
        }

        Hold();
        Return();
        return true;
    }

    /// <summary>Takes the connection (then the result is <see langword="null"/>) or queues.</summary>
    public PocketWaiter? Rent()
    {
        if (Volatile.Read(ref _attention) == 0 && TryClaim())
        {
            return null;
        }

        var waiter = new PocketWaiter();
        if (fault == PocketFault.LooksBeforeQueueing && TryClaim())
        {
            return null;
        }

        lock (_gate)
        {
            _queue.Enqueue(waiter);
            Interlocked.Exchange(ref _attention, 1);
        }

        if (fault != PocketFault.LooksBeforeQueueing)
        {
            Settle();
        }

        return waiter;
    }

    /// <summary>Fails if someone else holds the connection.</summary>
    public void Hold()
    {
        Check.That(Interlocked.Increment(ref _holders) == 1, "two holders");
        Interlocked.Decrement(ref _holders);
    }

    public void Return()
    {
        var attention = Volatile.Read(ref _attention);
        Interlocked.Exchange(ref _idle, 1);
        if (fault != PocketFault.AsksBeforeReturning)
        {
            attention = Volatile.Read(ref _attention);
        }

        if (attention != 0)
        {
            Settle();
        }
    }

    /// <summary>Ends a wait; what a cancelled waiter already has goes back by its own hand, never lost.</summary>
    public void Cancel(PocketWaiter waiter)
    {
        if (fault == PocketFault.CancelsWithoutLock)
        {
            if (waiter.IsPending)
            {
                waiter.Complete(granted: false);
            }

            return;
        }

        lock (_gate)
        {
            if (waiter.IsPending)
            {
                waiter.Complete(granted: false);
            }
        }
    }

    private void Settle()
    {
        lock (_gate)
        {
            while (_queue.TryPeek(out var waiter))
            {
                if (waiter.IsPending)
                {
                    if (!TryClaim())
                    {
                        return;
                    }

                    waiter.Complete(granted: true);
                }

                _queue.Dequeue();
            }

            Interlocked.Exchange(ref _attention, 0);
        }
    }

    private bool TryClaim()
    {
        if (fault != PocketFault.ClaimsInTwoSteps)
        {
            return Interlocked.CompareExchange(ref _idle, 0, 1) == 1;
        }

        if (Volatile.Read(ref _idle) == 0)
        {
            return false;
        }

        Volatile.Write(ref _idle, 0);
        return true;
    }
}
