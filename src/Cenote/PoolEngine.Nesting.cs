using Cenote.Nesting;

namespace Cenote;

// Rents that do not take the short path; with a guard against nested rents, none does.
internal sealed partial class PoolEngine
{
    private readonly NestedRentGuard? _nesting;

    internal ValueTask<ConnectionLease> RentSlowAsync(
        TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName) =>
        _nesting is null
            ? QueueAsync(timeout, cancellationToken, filePath, lineNumber, memberName)
            : RentGuardedAsync(_nesting, timeout, cancellationToken, filePath, lineNumber, memberName);

    internal ConnectionLease RentSlow(TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_nesting is null)
        {
            return Queue(timeout, cancellationToken, filePath, lineNumber, memberName);
        }

        var rent = _nesting.Begin(new CallSite(filePath, lineNumber, memberName));
        try
        {
            var lease = Desk.TryRentGuarded(filePath, lineNumber, memberName);
            lease = lease.IsGiven ? lease : Queue(timeout, cancellationToken, filePath, lineNumber, memberName);
            rent.Hold(lease);
            return lease;
        }
        catch
        {
            rent.End();
            throw;
        }
    }

    // Not async: what the guard sets must be seen by the caller.
    private ValueTask<ConnectionLease> RentGuardedAsync(
        NestedRentGuard nesting, TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ConnectionLease>(cancellationToken);
        }

        FlowRent rent;
        try
        {
            rent = nesting.Begin(new CallSite(filePath, lineNumber, memberName));
        }
        catch (NestedRentException exception)
        {
            return ValueTask.FromException<ConnectionLease>(exception);
        }

        var lease = Desk.TryRentGuarded(filePath, lineNumber, memberName);
        if (!lease.IsGiven)
        {
            return HoldAsync(rent, QueueAsync(timeout, cancellationToken, filePath, lineNumber, memberName));
        }

        rent.Hold(lease);
        return new ValueTask<ConnectionLease>(lease);
    }

    private static async ValueTask<ConnectionLease> HoldAsync(FlowRent rent, ValueTask<ConnectionLease> queued)
    {
        try
        {
            var lease = await queued.ConfigureAwait(false);
            rent.Hold(lease);
            return lease;
        }
        catch
        {
            rent.End();
            throw;
        }
    }
}
