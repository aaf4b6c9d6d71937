namespace Cenote;

/// <summary>
/// Decides how many connections a pool may hold. Called once a second from the pool's upkeep, never concurrently.
/// </summary>
public interface ISizingPolicy
{
    /// <summary>Judges one observation.</summary>
    /// <param name="observation">What the pool looks like now.</param>
    /// <returns>The size to move to, with the reason; <see langword="null"/> to stay. Sizes beyond the observation's
    /// bounds are refused and logged.</returns>
    SizingDecision? Decide(in SizingObservation observation);
}
