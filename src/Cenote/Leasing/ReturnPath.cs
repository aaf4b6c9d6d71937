using Cenote.Providers;

namespace Cenote.Leasing;

/// <summary>The way of a connection from the end of its lease to idle, validation or closing.</summary>
internal sealed class ReturnPath(LeaseDesk desk)
{
    internal void Return(Slot slot, long ticket)
    {
        if (slot.Hold is { } hold && hold.TryKeep(slot, ticket))
        {
            return;
        }

        if (!TryClaim(slot, ticket, out var word, out var physical, out var isInline))
        {
            return;
        }

        if (!physical.RequiresReset)
        {
            slot.EndHeldReturns();
            Finish(slot, word, physical);
        }
        else if (isInline && TryPassOn(slot, word, physical))
        {
        }
        else if (!isInline && !desk.HasBlockedCallers && !desk.HadBlockedCallers)
        {
            ResetInBackground(slot, word, physical);
        }
        else
        {
            // Also when callers block threads: they may hold all threads of the thread pool, and then none is left to
            // receive the answer to a request that was sent in the background. This lasts for a while, because blocking
            // and waking a thread for each return costs more than the round trip.
            using var outside = isInline ? default : OutsideTrace.Enter();
            try
            {
                physical.RemoveHandlers();
                physical.ResetSession();
            }
            catch (Exception exception)
            {
                Poison(slot, word, physical, exception);
                return;
            }

            Finish(slot, word, physical);
        }
    }

    internal ValueTask ReturnAsync(Slot slot, long ticket)
    {
        if (slot.Hold is { } hold && hold.TryKeep(slot, ticket))
        {
            return ValueTask.CompletedTask;
        }

        if (!TryClaim(slot, ticket, out var word, out var physical, out var isInline))
        {
            return ValueTask.CompletedTask;
        }

        if (!physical.RequiresReset)
        {
            slot.EndHeldReturns();
            Finish(slot, word, physical);
            return ValueTask.CompletedTask;
        }

        if (!isInline)
        {
            ResetInBackground(slot, word, physical);
            return ValueTask.CompletedTask;
        }

        if (TryPassOn(slot, word, physical))
        {
            return ValueTask.CompletedTask;
        }

        ValueTask resetting;
        try
        {
            physical.RemoveHandlers();
            resetting = physical.ResetSessionAsync(slot.AbandonedReset);
            if (!resetting.IsCompletedSuccessfully)
            {
                return AwaitResetAsync(slot, word, physical, resetting);
            }

            resetting.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Poison(slot, word, physical, exception);
            return ValueTask.CompletedTask;
        }

        Finish(slot, word, physical);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Ends the lease: from here on the slot belongs to this thread, and a second return does nothing.
    /// </summary>
    /// <remarks>Whether the reset takes a round trip is decided here, once, and recorded in
    /// <see cref="SlotAge.PreparingSince"/>, because the reset itself may change the answer.</remarks>
    private bool TryClaim(Slot slot, long ticket, out long word, out PhysicalConnection physical, out bool isInline)
    {
        // Both before the change of state: maintenance must not compare this return with the time of an earlier one,
        // and a thread that stops for long right after it (a suspended machine) finds its slot given up, perhaps with
        // another connection in it. A second return may record the time too, but that time is also now.
        slot.Age.ResettingSince = desk.Now;
        physical = slot.Physical!;
        isInline = physical is not { RequiresReset: true, CanResetInline: false };
        if (slot.IsLeasedAs(ticket))
        {
            desk.BeginPreparing(slot, takesRoundTrip: !isInline);
        }

        word = SlotWord.With(ticket, SlotState.Resetting);
        if (!slot.TryChange(ticket, word))
        {
            return false;
        }

        slot.EndSample(ticket);
        CloseReason? reason = slot.RetireReason;
        if (reason is null && !physical.IsUsable)
        {
            reason = CloseReason.ConnectionLost;
            desk.Work.RecordFailure(slot, CloseReason.ConnectionLost, exception: null);
        }

        if (reason is null)
        {
            slot.Age.Resets += physical.RequiresReset ? 1 : 0;
            return true;
        }

        if (slot.TryChange(word, SlotWord.With(word, SlotState.Closing)))
        {
            desk.Work.Close(slot, reason.Value);
        }
        else
        {
            desk.Work.CloseAbandoned(physical, reason.Value);
        }

        return false;
    }

    /// <summary>
    /// Passes the connection to a caller that waits, with a reset that travels with that caller's first command. If the
    /// caller has gone meanwhile, the reset is sent before the connection becomes idle.
    /// </summary>
    /// <returns><see langword="false"/> when nothing was done.</returns>
    private bool TryPassOn(Slot slot, long word, PhysicalConnection physical)
    {
        if (!desk.OnlyServes || physical is not IDeferrableReset deferrable)
        {
            return false;
        }

        try
        {
            physical.RemoveHandlers();
            if (!deferrable.TryDeferReset())
            {
                return false;
            }

            physical.RecordReset();
        }
        catch (Exception exception)
        {
            Poison(slot, word, physical, exception);
            return true;
        }

        if (desk.TryHandOverUnreset(slot, word))
        {
            return true;
        }

        try
        {
            deferrable.SendDeferredReset();
        }
        catch (Exception exception)
        {
            Poison(slot, word, physical, exception);
            return true;
        }

        Finish(slot, word, physical);
        return true;
    }

    /// <summary>
    /// Sends the request to reset on the returning thread, and awaits its answer off the caller's path.
    /// </summary>
    private void ResetInBackground(Slot slot, long word, PhysicalConnection physical)
    {
        using var outside = OutsideTrace.Enter();
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        ValueTask resetting;
        try
        {
            physical.RemoveHandlers();
            resetting = physical.ResetSessionAsync(slot.AbandonedReset);
        }
        catch (Exception exception)
        {
            Poison(slot, word, physical, exception);
            return;
        }

        if (resetting.IsCompletedSuccessfully)
        {
            Finish(slot, word, physical);
        }
        else
        {
            _ = AwaitResetAsync(slot, word, physical, resetting).AsTask();
        }
    }

    private async ValueTask AwaitResetAsync(Slot slot, long word, PhysicalConnection physical, ValueTask resetting)
    {
        try
        {
            await resetting.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Poison(slot, word, physical, exception);
            return;
        }

        Finish(slot, word, physical);
    }

    private void Finish(Slot slot, long word, PhysicalConnection physical)
    {
        physical.RecordReset();

        // An inline reset has no beginning.
        if (physical.RequiresReset && slot.Word == word)
        {
            desk.Expected.End(slot, ref desk.Expected.Resets);
        }

        if (!(slot.RequiresValidation ? TryValidate(slot, word) : desk.MakeIdle(slot, word)))
        {
            // Maintenance gave it up meanwhile and freed the slot; the job that works on the connection closes it.
            desk.Work.CloseAbandoned(physical, CloseReason.ResetFailed);
        }
    }

    /// <summary>Starts a validation if a statement was cancelled in the lease, before the next lease.</summary>
    private bool TryValidate(Slot slot, long word)
    {
        desk.BeginPreparing(slot);
        if (!slot.TryChange(word, SlotWord.With(word, SlotState.Validating)))
        {
            return false;
        }

        slot.BeginValidation();
        desk.Work.Validate(slot, desk.HasBlockedCallers);
        return true;
    }

    /// <summary>Closes a connection whose session could not be reset, so that it is never rented again.</summary>
    private void Poison(Slot slot, long word, PhysicalConnection physical, Exception exception)
    {
        if (slot.TryChange(word, SlotWord.With(word, SlotState.Closing)))
        {
            desk.Work.RecordFailure(slot, CloseReason.ResetFailed, exception);
            desk.Work.Close(slot, CloseReason.ResetFailed);
        }
        else
        {
            desk.Work.CloseAbandoned(physical, CloseReason.ResetFailed);
        }
    }
}
