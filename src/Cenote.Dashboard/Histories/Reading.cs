namespace Cenote.Dashboard.Histories;

/// <summary>What was read of a pool at one moment.</summary>
internal sealed record Reading(PoolStatistics Statistics, PoolLatencies Latencies)
{
    internal long Failures => FailuresOf(Statistics);

    /// <summary>Callers that went away without a connection, but for those who gave up themselves.</summary>
    internal static long FailuresOf(PoolStatistics pool) => pool.Timeouts + pool.Errors + pool.CircuitRejections + pool.Overloads;
}
