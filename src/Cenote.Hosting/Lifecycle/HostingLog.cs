using Microsoft.Extensions.Logging;

namespace Cenote.Hosting.Lifecycle;

/// <summary>Every message of warm-up and drain. Event ids are stable, because alerts use them.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(101, LogLevel.Information, "Pool {PoolName} is warm after {Elapsed}: {Counts}")]
    internal static partial void WarmedUp(ILogger logger, string poolName, PoolCounts counts, string elapsed);

    [LoggerMessage(102, LogLevel.Warning, "The host starts without pool {PoolName}: {Problem} It fills by itself when the database appears; until then it is not ready")]
    internal static partial void StartsNotReady(ILogger logger, string poolName, string problem, Exception? exception);

    [LoggerMessage(103, LogLevel.Information, "Replica set {SetName} is ready after {Elapsed}: {Summary}")]
    internal static partial void SetReady(ILogger logger, string setName, string summary, string elapsed);

    [LoggerMessage(104, LogLevel.Warning, "The host starts although replica set {SetName} cannot serve writes: {Problem} It recovers by itself; until then it is not ready")]
    internal static partial void StartsWithoutSet(ILogger logger, string setName, string problem, Exception? exception);

    [LoggerMessage(105, LogLevel.Warning, "The host starts without pool {PoolName} of a replica set: {Problem} It fills by itself when its server appears; other servers of the set may serve meanwhile")]
    internal static partial void StartsWithoutServer(ILogger logger, string poolName, string problem, Exception? exception);

    [LoggerMessage(110, LogLevel.Information, "Pool {PoolName} waits for its last connections to be returned: {Counts}")]
    internal static partial void Draining(ILogger logger, string poolName, PoolCounts counts);

    [LoggerMessage(111, LogLevel.Information, "Pool {PoolName} is drained after {Elapsed}")]
    internal static partial void Drained(ILogger logger, string poolName, string elapsed);

    [LoggerMessage(112, LogLevel.Warning, "Pool {PoolName} is not drained within its timeout, after {Elapsed}. {Leases}")]
    internal static partial void NotDrained(ILogger logger, string poolName, string elapsed, LeaseReport leases);

    [LoggerMessage(113, LogLevel.Error, "Drain of pool {PoolName} failed")]
    internal static partial void DrainFailed(ILogger logger, string poolName, Exception exception);
}
