namespace Cenote.Dashboard.Histories;

/// <summary>What was read of a pool at one moment.</summary>
/// <param name="At">When, in seconds since the sampling began: the pool may have another clock.</param>
/// <param name="Statistics">The pool's numbers.</param>
/// <param name="Latencies">How long things took.</param>
internal sealed record Reading(double At, PoolStatistics Statistics, PoolLatencies Latencies)
{
    /// <summary>Gets the callers that failed to get a connection, except cancelled ones.</summary>
    internal long Failures => Statistics.Timeouts + Statistics.Errors + Statistics.CircuitRejections + Statistics.OverloadRejections;
}
