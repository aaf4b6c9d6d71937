using Cenote.Providers;

namespace Cenote.Leasing;

/// <summary>What happens to a connection when its lease ends, and, where the driver wants it, when one begins.</summary>
internal sealed class ReturnPath(LeaseDesk desk)
{
    internal void Return(Slot slot, long ticket)
    {
        if (!TryClaim(slot, ticket, out var word, out var physical))
        {
            return;
        }

        if (!physical.ClearsSession)
        {
            desk.MakeIdle(slot, word);
        }
        else if (!physical.ClearsInline)
        {
            ClearInBackground(slot, word, physical);
        }
        else
        {
            try
            {
                physical.ClearSession();
            }
            catch (Exception exception)
            {
                Poison(slot, word, exception);
                return;
            }

            desk.MakeIdle(slot, word);
        }
    }

    internal ValueTask ReturnAsync(Slot slot, long ticket)
    {
        if (!TryClaim(slot, ticket, out var word, out var physical))
        {
            return ValueTask.CompletedTask;
        }

        if (!physical.ClearsSession)
        {
            desk.MakeIdle(slot, word);
            return ValueTask.CompletedTask;
        }

        if (!physical.ClearsInline)
        {
            ClearInBackground(slot, word, physical);
            return ValueTask.CompletedTask;
        }

        ValueTask clearing;
        try
        {
            clearing = physical.ClearSessionAsync(CancellationToken.None);
            if (!clearing.IsCompletedSuccessfully)
            {
                return AwaitClearAsync(slot, word, clearing);
            }

            clearing.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Poison(slot, word, exception);
            return ValueTask.CompletedTask;
        }

        desk.MakeIdle(slot, word);
        return ValueTask.CompletedTask;
    }

    /// <summary>A caller that queued receives its connection.</summary>
    /// <returns><see langword="false"/> when the connection is dead and the lease void.</returns>
    internal bool TryReceive(in ConnectionLease lease) => !lease.Slot!.OpensOnLease || TryBeginLease(lease.Slot, lease.Ticket);

    /// <summary>Makes the connection of a new lease ready where each lease opens the driver's object.</summary>
    /// <returns><see langword="false"/> when it is dead: its slot is being closed, and the lease is void.</returns>
    internal bool TryBeginLease(Slot slot, long ticket)
    {
        try
        {
            slot.Physical!.BeginLease();
            return true;
        }
        catch (Exception exception)
        {
            if (slot.TryChange(ticket, SlotWord.With(ticket, SlotState.Closing)))
            {
                desk.Work.NoteFailure(slot, CloseReason.ConnectionLost, exception);
                desk.Work.Close(slot, CloseReason.ConnectionLost);
            }

            return false;
        }
    }

    /// <summary>Ends the lease: from here on the slot belongs to this thread, and a second return finds nothing to do.</summary>
    private bool TryClaim(Slot slot, long ticket, out long word, out PhysicalConnection physical)
    {
        word = SlotWord.With(ticket, SlotState.Resetting);
        if (!slot.TryChange(ticket, word))
        {
            physical = null!;
            return false;
        }

        physical = slot.Physical!;
        slot.Age.ResettingSince = desk.Now;
        slot.EndSample(ticket);
        CloseReason? reason = slot.RetireReason;
        if (reason is null && !physical.IsUsable)
        {
            reason = CloseReason.ConnectionLost;
            desk.Work.NoteFailure(slot, CloseReason.ConnectionLost, exception: null);
        }

        if (reason is null)
        {
            return true;
        }

        if (slot.TryChange(word, SlotWord.With(word, SlotState.Closing)))
        {
            desk.Work.Close(slot, reason.Value);
        }

        return false;
    }

    /// <summary>The request to clear leaves on the returning thread; its answer is awaited off the caller's path.</summary>
    private void ClearInBackground(Slot slot, long word, PhysicalConnection physical)
    {
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        ValueTask clearing;
        try
        {
            clearing = physical.ClearSessionAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            Poison(slot, word, exception);
            return;
        }

        if (clearing.IsCompletedSuccessfully)
        {
            desk.MakeIdle(slot, word);
        }
        else
        {
            _ = AwaitClearAsync(slot, word, clearing).AsTask();
        }
    }

    private async ValueTask AwaitClearAsync(Slot slot, long word, ValueTask clearing)
    {
        try
        {
            await clearing.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Poison(slot, word, exception);
            return;
        }

        desk.MakeIdle(slot, word);
    }

    /// <summary>A session that could not be cleared is never lent again.</summary>
    private void Poison(Slot slot, long word, Exception exception)
    {
        if (slot.TryChange(word, SlotWord.With(word, SlotState.Closing)))
        {
            desk.Work.NoteFailure(slot, CloseReason.ResetFailed, exception);
            desk.Work.Close(slot, CloseReason.ResetFailed);
        }
    }
}
