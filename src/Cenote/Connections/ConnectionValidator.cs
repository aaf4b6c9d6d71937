using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>The background validation of connections.</summary>
internal sealed class ConnectionValidator(PoolSettings settings, LeaseDesk desk)
{
    /// <summary>
    /// Validates the connection of a slot in state validating, and brings the slot to idle or closing.
    /// </summary>
    /// <returns>Whether it is alive.</returns>
    internal async Task<bool> ValidateAsync(Slot slot, bool needsOwnThread)
    {
        var word = slot.Word;
        var physical = slot.Physical!;
        var validating = Task.CompletedTask;
        try
        {
            using var timeout = new CancellationTokenSource(settings.ValidationTimeout, settings.Clock.TimeProvider);
            var token = timeout.Token;
            validating = RunAsync(physical, settings.ValidationTimeout, needsOwnThread, token);
            await BackgroundWork.Wait(validating, token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (slot.TryChange(word, SlotWord.With(word, SlotState.Closing)))
            {
                desk.Work.RecordFailure(slot, CloseReason.ValidationFailed, exception);
                if (validating.IsCompleted)
                {
                    desk.Work.Close(slot, CloseReason.ValidationFailed);
                    return false;
                }

                // The slot goes on. The connection waits for the driver, because no call is allowed during another.
                desk.Work.Abandon(slot, CloseReason.ValidationFailed);
                await validating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                desk.Work.CloseAbandoned(physical, CloseReason.ValidationFailed);
            }

            return false;
        }

        desk.Expected.End(slot, ref desk.Expected.Validations);
        return desk.MakeIdle(slot, word);
    }

    /// <summary>
    /// Runs one round trip on an open connection without a holder, which leaves it as clean as before.
    /// </summary>
    internal static Task RunAsync(PhysicalConnection physical, TimeSpan timeout, bool needsOwnThread, CancellationToken cancellationToken) =>
        BackgroundWork.Call(() => Validate(physical, timeout), () => ValidateAsync(physical, timeout, cancellationToken), needsOwnThread);

    private static void Validate(PhysicalConnection physical, TimeSpan timeout)
    {
        physical.PrepareLease();
        physical.Validate(timeout);
        if (physical.SessionReset == SessionReset.ByDriver)
        {
            physical.ForgetContext();
            physical.ResetSession();
        }
    }

    private static async ValueTask ValidateAsync(PhysicalConnection physical, TimeSpan timeout, CancellationToken cancellationToken)
    {
        physical.PrepareLease();
        await physical.ValidateAsync(timeout, cancellationToken).ConfigureAwait(false);
        if (physical.SessionReset == SessionReset.ByDriver)
        {
            physical.ForgetContext();
            await physical.ResetSessionAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
