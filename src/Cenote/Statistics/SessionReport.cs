namespace Cenote.Statistics;

/// <summary>What the server reported about the leases of one pool.</summary>
/// <param name="at">When, on the pool's clock.</param>
/// <param name="time">When, as the time of day.</param>
internal sealed class SessionReport(TimeSpan at, DateTimeOffset time)
{
    internal TimeSpan At { get; } = at;

    internal DateTimeOffset Time { get; } = time;

    /// <summary>Gets the sessions of the leases that were found, by slot and number of the lease.</summary>
    internal IReadOnlyDictionary<(int SlotId, long Number), SessionActivity> Leases { get; init; } = new Dictionary<(int, long), SessionActivity>();

    /// <summary>Gets whether the query failed, so that it is not repeated soon.</summary>
    internal bool HasFailed { get; init; }

    /// <summary>
    /// Gets what could not be seen, and why, as a sentence; <see langword="null"/> when all was seen.
    /// </summary>
    internal string? Limitation { get; init; }
}
