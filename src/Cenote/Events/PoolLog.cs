using Microsoft.Extensions.Logging;

namespace Cenote.Events;

/// <summary>Every message the pool logs. Event ids are stable: alerts are built on them.</summary>
internal static partial class PoolLog
{
    [LoggerMessage(1, LogLevel.Information, "Pool {PoolName} started on {Target}: {MinSize} to {MaxSize} connections")]
    internal static partial void Started(ILogger logger, string poolName, string target, int minSize, int maxSize);

    [LoggerMessage(2, LogLevel.Information, "Pool {PoolName} closed")]
    internal static partial void PoolClosed(ILogger logger, string poolName);

    [LoggerMessage(3, LogLevel.Warning, "Pool {PoolName}: {Count} live pools of this process lead to {Target}, for example pool {OtherPool}, constructed {Age} ago. Create one pool and keep it, or dispose of each: a pool that is not disposed of keeps its connections until the process ends. Logged once for this database. This pool was constructed{Stack}")]
    internal static partial void ManyPoolsFound(ILogger logger, string poolName, int count, string target, string otherPool, string age, string stack);

    [LoggerMessage(10, LogLevel.Debug, "Pool {PoolName} opened a connection in slot {SlotId}; attempts: {Attempts}")]
    internal static partial void Opened(ILogger logger, string poolName, int slotId, int attempts);

    [LoggerMessage(11, LogLevel.Warning, "Pool {PoolName} could not open a connection, try {Attempt}; next try in {Delay}")]
    internal static partial void OpenRetried(ILogger logger, string poolName, int attempt, string delay, Exception? exception);

    [LoggerMessage(12, LogLevel.Error, "Pool {PoolName} could not open a connection to {Target}: {Kind}; attempts: {Attempts}")]
    internal static partial void OpenFailed(ILogger logger, string poolName, string target, int attempts, FailureKind kind, Exception exception);

    [LoggerMessage(13, LogLevel.Debug, "Pool {PoolName} probed the database in vain: {Kind}")]
    internal static partial void ProbeFailed(ILogger logger, string poolName, FailureKind kind, Exception exception);

    [LoggerMessage(14, LogLevel.Error, "The circuit of pool {PoolName} is open; failures in a row: {Failures}, the last: {Kind}; the first probe is in {NextProbe}")]
    internal static partial void CircuitOpened(ILogger logger, string poolName, int failures, FailureKind? kind, string nextProbe, Exception? exception);

    [LoggerMessage(15, LogLevel.Warning, "The circuit of pool {PoolName} was opened by hand: no caller gets a connection until it is closed by hand")]
    internal static partial void CircuitIsolated(ILogger logger, string poolName);

    [LoggerMessage(16, LogLevel.Debug, "The circuit of pool {PoolName} is {State}")]
    internal static partial void CircuitProbing(ILogger logger, string poolName, CircuitState state);

    [LoggerMessage(17, LogLevel.Information, "The circuit of pool {PoolName} is closed: connections are opened again")]
    internal static partial void CircuitClosed(ILogger logger, string poolName);

    [LoggerMessage(18, LogLevel.Error, "A handler of an event of pool {PoolName} threw")]
    internal static partial void HandlerFailed(ILogger logger, string poolName, Exception exception);

    [LoggerMessage(20, LogLevel.Debug, "Pool {PoolName} closed the connection in slot {SlotId}: {Reason}")]
    internal static partial void Closed(ILogger logger, string poolName, int slotId, CloseReason reason);

    [LoggerMessage(21, LogLevel.Warning, "Pool {PoolName} had trouble closing a connection ({Reason}); it is given up")]
    internal static partial void CloseFailed(ILogger logger, string poolName, CloseReason reason, Exception exception);

    [LoggerMessage(22, LogLevel.Warning, "Pool {PoolName} closes the connection in slot {SlotId}: {Reason}")]
    internal static partial void ConnectionFailed(ILogger logger, string poolName, int slotId, CloseReason reason, Exception? exception);

    [LoggerMessage(23, LogLevel.Warning, "Pool {PoolName}: a connection was garbage-collected without being returned; it is closed. {Lease}{Stack}")]
    internal static partial void Abandoned(ILogger logger, string poolName, LeaseInfo lease, string stack);

    [LoggerMessage(24, LogLevel.Warning, "Pool {PoolName}: {Code}: {Message} {Recommendation}")]
    internal static partial void ConnectionWarning(ILogger logger, string poolName, string code, string message, string recommendation);

    [LoggerMessage(30, LogLevel.Warning, "Pool {PoolName} had no connection within {Timeout}: {Counts}")]
    internal static partial void AcquireTimedOut(ILogger logger, string poolName, string timeout, PoolCounts counts);

    [LoggerMessage(31, LogLevel.Warning, "Pool {PoolName} turned callers away: {Reason}; {Counts}. Said once a second at most")]
    internal static partial void Overloaded(ILogger logger, string poolName, string reason, PoolCounts counts);

    [LoggerMessage(40, LogLevel.Information, "Pool {PoolName} changes its size from {OldSize} to {NewSize}: {Reason}")]
    internal static partial void Resized(ILogger logger, string poolName, int oldSize, int newSize, string reason);

    [LoggerMessage(49, LogLevel.Information, "Pool {PoolName} keeps its size of {Size}: {Reason}")]
    internal static partial void SizeKept(ILogger logger, string poolName, int size, string reason);

    [LoggerMessage(41, LogLevel.Warning, "Pool {PoolName} refuses the size {Size} of its sizing policy: not within {MinSize} to {MaxSize}. Reason given: {Reason}")]
    internal static partial void SizeRefused(ILogger logger, string poolName, int size, int minSize, int maxSize, string reason);

    [LoggerMessage(42, LogLevel.Information, "Pool {PoolName} is suspended")]
    internal static partial void Suspended(ILogger logger, string poolName);

    [LoggerMessage(43, LogLevel.Information, "Pool {PoolName} is resumed")]
    internal static partial void Resumed(ILogger logger, string poolName);

    [LoggerMessage(44, LogLevel.Information, "Pool {PoolName} retires every connection")]
    internal static partial void Cleared(ILogger logger, string poolName);

    [LoggerMessage(45, LogLevel.Warning, "Work on pool {PoolName} failed in try {Attempt} ({Kind}); next try in {Delay}")]
    internal static partial void WorkRetried(ILogger logger, string poolName, int attempt, FailureKind kind, string delay, Exception? exception);

    [LoggerMessage(46, LogLevel.Information, "Pool {PoolName} follows changed settings: {Changes}")]
    internal static partial void Reconfigured(ILogger logger, string poolName, string changes);

    [LoggerMessage(47, LogLevel.Warning, "Pool {PoolName} cannot follow changes of these settings while it runs, they wait for a restart: {Settings}")]
    internal static partial void ReconfigurationIncomplete(ILogger logger, string poolName, string settings);

    [LoggerMessage(48, LogLevel.Information, "Pool {PoolName}: {Operation}, by {Actor}")]
    internal static partial void OperatorAction(ILogger logger, string poolName, string operation, string actor);

    [LoggerMessage(50, LogLevel.Error, "Upkeep of pool {PoolName} failed in {Task}; it goes on with the next")]
    internal static partial void MaintenanceFailed(ILogger logger, string poolName, string task, Exception exception);

    [LoggerMessage(EventId = 51, Message = "Pool {PoolName}: {Kind}: {Summary}. {Evidence} {Remedy}")]
    internal static partial void DiagnosisChanged(ILogger logger, LogLevel level, string poolName, string kind, string summary, string evidence, string remedy);

    [LoggerMessage(52, LogLevel.Information, "Pool {PoolName} is healthy: {Summary}")]
    internal static partial void DiagnosisHealthy(ILogger logger, string poolName, string summary);

    [LoggerMessage(60, LogLevel.Warning, "Pool {PoolName} suspects a leak, a connection held for longer than {Threshold}: {Lease}{Stack}")]
    internal static partial void LeakSuspected(ILogger logger, string poolName, LeaseInfo lease, string threshold, string stack);

    [LoggerMessage(61, LogLevel.Information, "Pool {PoolName}: a suspected leak was returned after all: {Lease}")]
    internal static partial void LeaseReturnedLate(ILogger logger, string poolName, LeaseInfo lease);

    [LoggerMessage(62, LogLevel.Warning, "Pool {PoolName} revoked a lease and closes its connection: {Lease}{Stack}")]
    internal static partial void LeaseRevoked(ILogger logger, string poolName, LeaseInfo lease, string stack);

    [LoggerMessage(63, LogLevel.Error, "Pool {PoolName}: a handler of LeakReported failed for a report of kind {Kind}; the others go on")]
    internal static partial void LeakHandlerFailed(ILogger logger, string poolName, LeakKind kind, Exception exception);

    [LoggerMessage(64, LogLevel.Warning, "Pool {PoolName}: {Asked} rents a connection while its flow holds one, rented at {Held}. Where every holder waits for another connection, the pool stands still. Said once for these two places")]
    internal static partial void NestedRent(ILogger logger, string poolName, CallSite asked, CallSite held);
}
