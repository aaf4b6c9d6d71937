namespace Cenote.Shop.Clients;

/// <summary>One client: chooses an operation, does it, notes how it ended, and so on until told to stop.</summary>
internal sealed class ShopClient(PlaceOrder placeOrder, ReadPage readPage, Reprice reprice, OperationMeters meters, ErrorTally errors, Random random, TimeProvider clock)
{
    /// <summary>After a failure a client takes breath, so that an outage is not met with a storm.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(Shift shift)
    {
        for (var done = 0L; done < shift.Operations && !shift.Ends.IsCancellationRequested; done++)
        {
            var operation = Choose();
            var started = clock.GetTimestamp();
            var outcome = await TryAsync(operation, shift.GivesUp);
            meters.Record(operation.Kind, outcome, clock.GetElapsedTime(started));
            if (outcome is OperationOutcome.Failed or OperationOutcome.Unknown)
            {
                await Task.Delay(PauseAfterFailure, clock, shift.Ends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else
            {
                // SQLite's driver never truly awaits: without this one client would keep its thread for the whole run.
                await Task.Yield();
            }
        }
    }

    // Of ten operations five read, four order, one reprices.
    private IOperation Choose() => random.Next(10) switch
    {
        < 5 => readPage,
        < 9 => placeOrder,
        _ => reprice,
    };

    private async Task<OperationOutcome> TryAsync(IOperation operation, CancellationToken givesUp)
    {
        try
        {
            return await operation.RunAsync(givesUp);
        }
        catch (OperationCanceledException) when (givesUp.IsCancellationRequested)
        {
            return OperationOutcome.Cancelled;
        }
        catch (Exception exception)
        {
            errors.Add(exception);
            return OperationOutcome.Failed;
        }
    }
}
