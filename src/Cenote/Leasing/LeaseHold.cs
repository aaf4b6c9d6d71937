namespace Cenote.Leasing;

/// <summary>
/// A hold of a session beyond its leases. While it lasts, a lease that its holder returns is passed on to it, and the
/// connection is neither reset nor rented to others.
/// </summary>
internal abstract class LeaseHold
{
    /// <summary>Takes over a lease that is returned.</summary>
    /// <returns><see langword="false"/> when the hold is over, or the lease has ended. The caller goes on as without a
    /// hold.</returns>
    internal abstract bool TryKeep(Slot slot, long ticket);
}
