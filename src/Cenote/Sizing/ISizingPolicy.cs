namespace Cenote;

/// <summary>
/// A policy that decides how many connections a pool may have. The pool's maintenance calls it once a second, never
/// concurrently.
/// </summary>
public interface ISizingPolicy
{
    /// <summary>Decides about the size after one observation.</summary>
    /// <param name="observation">The pool's current numbers.</param>
    /// <returns>The new size with the reason; <see langword="null"/> to keep the size. Sizes outside the observation's
    /// bounds are ignored and logged.</returns>
    SizingDecision? Decide(in SizingObservation observation);

    /// <summary>
    /// Gets whether the policy only recommends. The pool then keeps its maximum size, and each decision is an event
    /// (<see cref="PoolEventKind.SizeRecommended"/>). Read when the pool is constructed and with each decision.
    /// </summary>
    /// <value>Default <see langword="false"/>.</value>
    bool RecommendsOnly => false;
}
