namespace Cenote.Leasing;

/// <summary>The request of a caller.</summary>
/// <param name="Timeout">The timeout of the rent.</param>
/// <param name="Deadline">The end of that timeout, on the pool's clock. One deadline covers every wait of the
/// caller.</param>
/// <param name="CancellationToken">A token to cancel the wait.</param>
/// <param name="CallSite">The caller's site.</param>
internal readonly record struct RentRequest(TimeSpan Timeout, TimeSpan Deadline, CancellationToken CancellationToken, CallSite CallSite)
{
    /// <summary>Gets when the caller came, on the pool's clock.</summary>
    internal TimeSpan StartedAt => Deadline - Timeout;

    /// <summary>Returns how long the caller has waited at a moment of the pool's clock.</summary>
    internal TimeSpan WaitedAt(TimeSpan now) => now - StartedAt;

    /// <summary>
    /// Gets the index of the caller's lane; 0 in a pool without lanes, and below 0 for a lane that the pool does not
    /// have.
    /// </summary>
    internal int Lane { get; init; }

    /// <summary>
    /// Gets the last place of the queue when the caller came. Only for one that may come back, because its connection
    /// turns out to be dead.
    /// </summary>
    internal long CameAfter { get; init; }

    /// <summary>Gets whether the caller has come back, to its place.</summary>
    internal bool IsBack { get; init; }

    /// <summary>Gets the thread and stack of the caller, if it was sampled.</summary>
    internal LeaseOrigin? Origin { get; init; }
}
