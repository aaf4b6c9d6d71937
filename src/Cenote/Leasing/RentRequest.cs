namespace Cenote.Leasing;

/// <summary>What a caller asked for.</summary>
/// <param name="StartedAt">When it asked, as a timestamp.</param>
/// <param name="Timeout">The longest wait.</param>
/// <param name="Deadline">When that wait ends, on the pool's clock. One deadline covers everything the caller may wait
/// for.</param>
/// <param name="CancellationToken">Ends the wait.</param>
/// <param name="CallSite">Where the caller is.</param>
internal readonly record struct RentRequest(long StartedAt, TimeSpan Timeout, TimeSpan Deadline, CancellationToken CancellationToken, CallSite CallSite)
{
    /// <summary>
    /// The place in the queue that the caller had when it got a connection that turned out dead; 0 for a newcomer.
    /// </summary>
    internal long Place { get; init; }

    /// <summary>How long the caller has waited at a moment of the pool's clock.</summary>
    internal TimeSpan WaitedAt(TimeSpan now) => now - (Deadline - Timeout);

    /// <summary>Thread and stack of the caller, for one in some.</summary>
    internal LeaseOrigin? Origin { get; init; }
}
