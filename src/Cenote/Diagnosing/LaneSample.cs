namespace Cenote.Diagnosing;

/// <summary>A sample of the counters of a lane.</summary>
/// <param name="Rents">Its rents so far.</param>
/// <param name="InUse">Its connections.</param>
/// <param name="IsBlocked">Whether its callers wait, and it may have no further connection.</param>
internal readonly record struct LaneSample(long Rents, int InUse, bool IsBlocked)
{
    /// <summary>Returns whether no connection of the lane was rented or returned since an earlier sample.</summary>
    internal bool IsStillSince(LaneSample earlier) => IsBlocked && InUse > 0 && InUse == earlier.InUse && Rents == earlier.Rents;
}
