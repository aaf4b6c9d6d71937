using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Diagnosing;

/// <summary>A session of a pool, as the pool knows it.</summary>
/// <param name="Identity">Its id and port.</param>
/// <param name="Age">The time since it was opened.</param>
/// <param name="Lease">Its lease; <see langword="null"/> when it was not leased.</param>
/// <param name="Slot">Its slot.</param>
/// <param name="Word">The state of the slot.</param>
/// <param name="Physical">Its connection.</param>
internal sealed record OpenSession(SessionIdentity Identity, TimeSpan Age, LeaseInfo? Lease, Slot Slot, long Word, PhysicalConnection Physical)
{
    /// <summary>Returns whether the slot still has the same lease, or still none, on the same connection.</summary>
    internal bool IsUnchanged() => Slot.Word == Word && ReferenceEquals(Slot.Physical, Physical);
}
