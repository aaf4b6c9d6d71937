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

    /// <summary>Gets the thread and stack of the caller, if it was sampled.</summary>
    internal LeaseOrigin? Origin { get; init; }
}
