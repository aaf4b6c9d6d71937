namespace Cenote.Circuit;

/// <summary>
/// The pause after a refusal: an attempt to connect that failed at once, as at a port where no server listens. Such an
/// attempt costs next to nothing, so it is repeated soon. After a silence, which holds an attempt until its timeout,
/// the configured pauses apply.
/// </summary>
/// <remarks>The time of the attempt decides, because not every driver tells the reason: MySqlConnector 2.6.2 reports no
/// socket error.</remarks>
internal static class RefusalPause
{
    private static readonly TimeSpan LongestRefusal = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);
    private const int Share = 20;

    internal static bool IsRefusal(FailureKind kind, TimeSpan attempt) => kind == FailureKind.ConnectionLost && attempt <= LongestRefusal;

    /// <summary>
    /// Returns a pause as long as the attempt, and at least a twentieth of the outage. A recovery is then found after a
    /// twentieth more, and a long outage is probed as seldom as a silent one.
    /// </summary>
    /// <param name="attempt">The time that the attempt took.</param>
    /// <param name="refusedFor">The time since the first refusal.</param>
    internal static TimeSpan After(TimeSpan attempt, TimeSpan refusedFor)
    {
        var pause = attempt > refusedFor / Share ? attempt : refusedFor / Share;
        return pause > Shortest ? pause : Shortest;
    }

    /// <summary>
    /// Returns a random half to all of a pause ("equal jitter": Brooker, "Exponential Backoff And Jitter", AWS 2015).
    /// </summary>
#pragma warning disable CA5394 // Spreads load; guessing it gains nothing.
    internal static TimeSpan Jitter(TimeSpan longest) => longest * (0.5 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
}
