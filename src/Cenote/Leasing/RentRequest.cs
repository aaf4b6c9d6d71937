namespace Cenote.Leasing;

/// <summary>The request of a caller.</summary>
/// <param name="StartedAt">The start of the rent, as a timestamp.</param>
/// <param name="Timeout">The timeout of the rent.</param>
/// <param name="Deadline">The end of that timeout, on the pool's clock. One deadline covers every wait of the
/// caller.</param>
/// <param name="CancellationToken">A token to cancel the wait.</param>
/// <param name="CallSite">The caller's site.</param>
internal readonly record struct RentRequest(long StartedAt, TimeSpan Timeout, TimeSpan Deadline, CancellationToken CancellationToken, CallSite CallSite)
{
    /// <summary>
    /// Gets the caller's earlier place in the queue, if it got a dead connection there; 0 for a new caller.
    /// </summary>
    internal long Place { get; init; }

    /// <summary>Returns how long the caller has waited at a moment of the pool's clock.</summary>
    internal TimeSpan WaitedAt(TimeSpan now) => now - (Deadline - Timeout);

    /// <summary>Gets the thread and stack of the caller, if it was sampled.</summary>
    internal LeaseOrigin? Origin { get; init; }
}
