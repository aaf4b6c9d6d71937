using System.Transactions;
using Cenote.Providers;

namespace Cenote.Leasing;

// The way of a connection from one holder to the next caller in the queue.
internal sealed partial class LeaseDesk
{
    /// <summary>
    /// Whether the last settlement left an idle connection that no caller could use yet. Guarded by the lock.
    /// </summary>
    private bool _hasIdle;

    /// <summary>
    /// How long a caller may hold a connection without a command before the reset that waits for one is sent.
    /// </summary>
    private static readonly TimeSpan LongestDeferral = TimeSpan.FromMilliseconds(5);

    private int _awaitsDeferred;

    /// <summary>
    /// Gets whether callers wait, and nothing but serving them is to be done. A hint, read without the lock.
    /// </summary>
    internal bool OnlyServes => (Attention & ~(int)Leasing.Attention.Aside) == (int)Leasing.Attention.Waiting && !_sheds;

    /// <summary>
    /// Passes on a connection as <see cref="TryHandOver"/> does, whose reset waits for the next command. The timer
    /// sends it if none comes.
    /// </summary>
    internal bool TryHandOverUnreset(Slot slot, long word)
    {
        slot.FreshAt = AliveAt(slot);

        // A full fence between the reset, which was deferred before, and the read: if the timer has not yet run, it
        // sees the reset.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _awaitsDeferred) == 0 && Interlocked.Exchange(ref _awaitsDeferred, 1) == 0)
        {
            SetTimer(ref _deferredTimer, static state => ((LeaseDesk)state!).SendDeferredResets(), LongestDeferral);
        }

        return TryHandOver(slot, word);
    }

    private void SendDeferredResets()
    {
        Interlocked.Exchange(ref _awaitsDeferred, 0);
        foreach (var slot in _slots.All)
        {
            try
            {
                (slot.Physical as IDeferrableReset)?.SendDeferredReset();
            }
            catch (Exception)
            {
                // The holder's first command fails for the same reason, and reports it.
            }
        }
    }

    /// <summary>
    /// Passes a connection that is returned to the first caller of the queue, without making it idle in between, where
    /// callers wait and nothing else is to be settled.
    /// </summary>
    /// <param name="slot">The slot, which the caller owns as <paramref name="word"/> shows.</param>
    /// <param name="word">The slot's word before.</param>
    /// <returns><see langword="false"/> when it was not passed on: its owner goes on as without a waiting
    /// caller.</returns>
    internal bool TryHandOver(Slot slot, long word)
    {
        if (!OnlyServes)
        {
            return false;
        }

        List<Waiter>? over = null;
        Waiter? waiter = null;
        var ticket = SlotWord.NextLease(word);
        var now = Clock.Elapsed;
        lock (_gate)
        {
            // Looked at again: the bits change under the lock.
            if ((_attention & ~(int)Leasing.Attention.Aside) == (int)Leasing.Attention.Waiting
                && slot.FreshAt >= _freshSince
                && !slot.IsMarked)
            {
                WeedQueue(1, now, ref over);
                waiter = Lanes is null ? _queue.First : Lanes.FindNext(slot);
                if (waiter is not null && slot.TryChange(word, ticket))
                {
                    _queue.Remove(waiter);
                    RecordWait(waiter, slot, now);
                    if (_queue.Count == 0)
                    {
                        RecordLastServed();
                    }
                }
                else
                {
                    // Without a caller, or taken back from its owner.
                    waiter = null;
                }
            }
        }

        if (waiter is not null)
        {
            slot.SetHolder(ticket, this, waiter);
            if (!Deliver(waiter, slot, ticket, now))
            {
                Settle();
            }
        }

        over?.ForEach(End);
        return waiter is not null;
    }

    /// <summary>
    /// Completes the wait of a caller that was taken out of the queue with a lease. If the connection turns out to be
    /// dead, the caller goes back to its place, and only then the connection is closed. In the other order, its
    /// replacement could be open, and rented to later callers, before the caller is back in its place.
    /// </summary>
    /// <returns><see langword="false"/> when the connection was dead, so that there is something to settle.</returns>
    private bool Deliver(Waiter waiter, Slot slot, long ticket, TimeSpan now)
    {
        // As recorded when the caller was taken out of the queue.
        var waited = WaitedUntil(now, waiter);
        Meters.WaitTime.Export?.Record(waited);
        if (slot.PreparesLeases)
        {
            if (!TryPrepareElsewhere(slot, ticket, out var failure))
            {
                QueueAgain(waiter, waiter.Sequence);
                CloseDead(slot, ticket, failure);
                return false;
            }

            now = Clock.Elapsed;
        }

        waiter.Complete(slot, ticket, mustCheckDeadline: waiter.Deadline - now < ShortRemainder, IsSlow(waiter, waited));
        return true;
    }

    /// <summary>
    /// Returns whether a wait becomes an event. The earlier wait of a caller that came back may be one already.
    /// </summary>
    private bool IsSlow(Waiter waiter, TimeSpan waited)
    {
        var threshold = _failures.SlowAcquireThreshold;
        return waited >= threshold
            || (waiter.IsBack && waiter.QueuedAt - waiter.StartedAt is var before && before < threshold && before + waited >= threshold);
    }

    /// <summary>
    /// Prepares the connection of a new lease where the driver requires it. Otherwise its slot is being closed, and the
    /// lease is void.
    /// </summary>
    internal bool TryBeginLease(Slot slot, long ticket)
    {
        if (TryPrepare(slot, ticket, out var failure))
        {
            return true;
        }

        CloseDead(slot, ticket, failure);
        return false;
    }

    /// <summary>
    /// Prepares a lease for another caller, on a thread that may have a trace and an ambient transaction of its own.
    /// </summary>
    private static bool TryPrepareElsewhere(Slot slot, long ticket, out Exception? failure)
    {
        using var outside = OutsideTrace.Enter();
        using var suppressed = Transaction.Current is null ? null : new TransactionScope(TransactionScopeOption.Suppress);
        return TryPrepare(slot, ticket, out failure);
    }

    private static bool TryPrepare(Slot slot, long ticket, out Exception? failure)
    {
        failure = null;

        // Read in this order, because the slot of a lease that was revoked meanwhile may already have another holder's
        // connection.
        var physical = slot.Physical;
        if (!slot.IsLeasedAs(ticket))
        {
            return false;
        }

        try
        {
            physical!.PrepareLease();
            return true;
        }
        catch (Exception exception)
        {
            failure = exception;
            return false;
        }
    }

    /// <summary>
    /// Closes the connection of a lease that could not begin. Without a failure the lease was revoked, and there is
    /// nothing to close.
    /// </summary>
    private void CloseDead(Slot slot, long ticket, Exception? failure)
    {
        if (failure is not null && slot.TryChange(ticket, SlotWord.With(ticket, SlotState.Closing)))
        {
            _work.RecordFailure(slot, CloseReason.ConnectionLost, failure);
            _work.Close(slot, CloseReason.ConnectionLost);
        }
    }
}
