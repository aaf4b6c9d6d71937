using Cenote.Providers;
using Microsoft.Extensions.Logging;

namespace Cenote.Events;

/// <summary>The log messages of the pool. Event ids are stable, because alerts refer to them.</summary>
internal static partial class PoolLog
{
    [LoggerMessage(1, LogLevel.Information, "Pool {PoolName} started on {Target}: {MinSize} to {MaxSize} connections")]
    internal static partial void Started(ILogger logger, string poolName, string target, int minSize, int maxSize);

    [LoggerMessage(2, LogLevel.Information, "Pool {PoolName} closed")]
    internal static partial void PoolClosed(ILogger logger, string poolName);

    [LoggerMessage(3, LogLevel.Warning, "Pool {PoolName}: {Count} live pools of this process connect to {Target}, for example pool {OtherPool}, constructed {Age} ago. Create one pool and keep it, or dispose of each: a pool that is not disposed of keeps its connections until the process ends. Logged once for this database. This pool was constructed{Stack}")]
    internal static partial void ManyPoolsFound(ILogger logger, string poolName, int count, string target, string otherPool, string age, string stack);

    [LoggerMessage(10, LogLevel.Debug, "Pool {PoolName} opened a connection in slot {SlotId}; attempts: {Attempts}")]
    internal static partial void Opened(ILogger logger, string poolName, int slotId, int attempts);

    [LoggerMessage(11, LogLevel.Warning, "Connection attempt {Attempt} of pool {PoolName} failed; next attempt in {Delay}")]
    internal static partial void OpenRetried(ILogger logger, string poolName, int attempt, string delay, Exception? exception);

    [LoggerMessage(12, LogLevel.Error, "Pool {PoolName} could not open a connection to {Target}: {Kind}; attempts: {Attempts}")]
    internal static partial void OpenFailed(ILogger logger, string poolName, string target, int attempts, FailureKind kind, Exception exception);

    [LoggerMessage(13, LogLevel.Debug, "Probe of pool {PoolName} failed: {Kind}")]
    internal static partial void ProbeFailed(ILogger logger, string poolName, FailureKind kind, Exception exception);

    [LoggerMessage(14, LogLevel.Error, "Circuit of pool {PoolName} opened: {Failures} consecutive failures, the last {Kind}; first probe in {NextProbe}")]
    internal static partial void CircuitOpened(ILogger logger, string poolName, int failures, FailureKind? kind, string nextProbe, Exception? exception);

    [LoggerMessage(15, LogLevel.Warning, "Circuit of pool {PoolName} isolated: no caller gets a connection until it is closed")]
    internal static partial void CircuitIsolated(ILogger logger, string poolName);

    [LoggerMessage(16, LogLevel.Debug, "Circuit of pool {PoolName} is {State}")]
    internal static partial void CircuitProbing(ILogger logger, string poolName, CircuitState state);

    [LoggerMessage(17, LogLevel.Information, "Circuit of pool {PoolName} closed: connections are opened again")]
    internal static partial void CircuitClosed(ILogger logger, string poolName);

    [LoggerMessage(18, LogLevel.Error, "Event handler of pool {PoolName} threw")]
    internal static partial void HandlerFailed(ILogger logger, string poolName, Exception exception);

    [LoggerMessage(20, LogLevel.Debug, "Pool {PoolName} closed the connection in slot {SlotId}: {Reason}")]
    internal static partial void Closed(ILogger logger, string poolName, int slotId, CloseReason reason);

    [LoggerMessage(21, LogLevel.Warning, "Closing a connection of pool {PoolName} failed ({Reason}); the connection is abandoned")]
    internal static partial void CloseFailed(ILogger logger, string poolName, CloseReason reason, Exception exception);

    [LoggerMessage(22, LogLevel.Warning, "Connection of pool {PoolName} in slot {SlotId} failed and is closed: {Reason}")]
    internal static partial void ConnectionFailed(ILogger logger, string poolName, int slotId, CloseReason reason, Exception? exception);

    [LoggerMessage(23, LogLevel.Warning, "Lease of pool {PoolName} abandoned: garbage-collected without being returned; its connection is closed. {Lease}{Stack}")]
    internal static partial void Abandoned(ILogger logger, string poolName, LeaseInfo lease, string stack);

    [LoggerMessage(24, LogLevel.Warning, "Pool {PoolName}: {Code}: {Message} {Recommendation}")]
    internal static partial void ConnectionWarning(ILogger logger, string poolName, string code, string message, string recommendation);

    [LoggerMessage(30, LogLevel.Warning, "Acquire timeout of pool {PoolName}: no connection{InLane} within {Timeout}; {Counts}")]
    internal static partial void AcquireTimedOut(ILogger logger, string poolName, string inLane, string timeout, PoolCounts counts);

    [LoggerMessage(31, LogLevel.Warning, "Pool {PoolName} rejected callers{InLane}: {Reason}; {Counts}. Logged at most once a second")]
    internal static partial void Overloaded(ILogger logger, string poolName, string inLane, string reason, PoolCounts counts);

    [LoggerMessage(40, LogLevel.Information, "Pool {PoolName} resized from {OldSize} to {NewSize}: {Reason}")]
    internal static partial void Resized(ILogger logger, string poolName, int oldSize, int newSize, string reason);

    [LoggerMessage(41, LogLevel.Warning, "Pool {PoolName} rejected the size {Size} of its sizing policy: it is not within {MinSize} to {MaxSize}. Reason of the policy: {Reason}")]
    internal static partial void SizeRefused(ILogger logger, string poolName, int size, int minSize, int maxSize, string reason);

    [LoggerMessage(42, LogLevel.Information, "Pool {PoolName} suspended")]
    internal static partial void Suspended(ILogger logger, string poolName);

    [LoggerMessage(43, LogLevel.Information, "Pool {PoolName} resumed")]
    internal static partial void Resumed(ILogger logger, string poolName);

    [LoggerMessage(44, LogLevel.Information, "Pool {PoolName} cleared: every connection is replaced")]
    internal static partial void Cleared(ILogger logger, string poolName);

    [LoggerMessage(45, LogLevel.Warning, "Attempt {Attempt} of work on pool {PoolName} failed ({Kind}); next attempt in {Delay}")]
    internal static partial void WorkRetried(ILogger logger, string poolName, int attempt, FailureKind kind, string delay, Exception? exception);

    [LoggerMessage(46, LogLevel.Information, "Pool {PoolName} reconfigured: {Changes}")]
    internal static partial void Reconfigured(ILogger logger, string poolName, string changes);

    [LoggerMessage(47, LogLevel.Warning, "Pool {PoolName} cannot apply these changed settings before a restart: {Settings}")]
    internal static partial void ReconfigurationIncomplete(ILogger logger, string poolName, string settings);

    [LoggerMessage(48, LogLevel.Information, "Pool {PoolName}: {Action}, by {Actor}")]
    internal static partial void OperatorAction(ILogger logger, string poolName, string action, string actor);

    [LoggerMessage(49, LogLevel.Information, "Pool {PoolName} keeps its size of {Size}: {Reason}")]
    internal static partial void SizeKept(ILogger logger, string poolName, int size, string reason);

    [LoggerMessage(57, LogLevel.Information, "Sizing policy of pool {PoolName} recommends {Recommended} instead of {Size} connections: {Reason}")]
    internal static partial void SizeRecommended(ILogger logger, string poolName, int recommended, int size, string reason);

    [LoggerMessage(50, LogLevel.Error, "Maintenance of pool {PoolName} failed in {Task}; the next task goes on")]
    internal static partial void MaintenanceFailed(ILogger logger, string poolName, string task, Exception exception);

    [LoggerMessage(EventId = 51, Message = "Pool {PoolName}: {Kind}: {Summary}. {Evidence} {Recommendation}")]
    internal static partial void DiagnosisChanged(ILogger logger, LogLevel level, string poolName, string kind, string summary, string evidence, string recommendation);

    [LoggerMessage(52, LogLevel.Information, "Pool {PoolName} is healthy: {Summary}")]
    internal static partial void DiagnosisHealthy(ILogger logger, string poolName, string summary);

    [LoggerMessage(EventId = 53, Message = "Commit without an answer, of work on pool {PoolName} at {CallSite}: {Outcome}. {Tried}")]
    internal static partial void CommitResolved(ILogger logger, LogLevel level, string poolName, CallSite callSite, CommitOutcome outcome, string tried);

    [LoggerMessage(54, LogLevel.Warning, "Statement of a command of pool {PoolName} runs again after a lost connection: retry {Retry}")]
    internal static partial void StatementRetried(ILogger logger, string poolName, int retry, Exception? exception);

    [LoggerMessage(55, LogLevel.Warning, "Pool {PoolName} could not renew its credentials: {Problem}. Connections are kept, and the pool tries again")]
    internal static partial void CredentialsNotRenewed(ILogger logger, string poolName, string problem, Exception? exception);

    [LoggerMessage(58, LogLevel.Warning, "Leases of pool {PoolName} that wait for locks at the server: {Waiting}, idle in a transaction: {Idle}. {Leases}")]
    internal static partial void SessionsBlocked(ILogger logger, string poolName, int waiting, int idle, string leases);

    [LoggerMessage(59, LogLevel.Debug, "Sessions of pool {PoolName} could not be read at the server: {Kind}")]
    internal static partial void ActivityUnread(ILogger logger, string poolName, FailureKind kind, Exception exception);

    [LoggerMessage(60, LogLevel.Warning, "Suspected leak of pool {PoolName}, held longer than {Threshold}: {Lease}{Stack}")]
    internal static partial void LeakSuspected(ILogger logger, string poolName, LeaseInfo lease, string threshold, string stack);

    [LoggerMessage(61, LogLevel.Information, "Suspected leak of pool {PoolName} returned late: {Lease}")]
    internal static partial void LeaseReturnedLate(ILogger logger, string poolName, LeaseInfo lease);

    [LoggerMessage(62, LogLevel.Warning, "Lease of pool {PoolName} revoked; its connection is closed: {Lease}{Stack}")]
    internal static partial void LeaseRevoked(ILogger logger, string poolName, LeaseInfo lease, string stack);

    [LoggerMessage(63, LogLevel.Error, "Handler of LeakReported of pool {PoolName} failed for a report of kind {Kind}; the other handlers go on")]
    internal static partial void LeakHandlerFailed(ILogger logger, string poolName, LeakKind kind, Exception exception);

    [LoggerMessage(64, LogLevel.Warning, "Nested rent of pool {PoolName}: {NestedCallSite} rents a connection while its flow holds one, rented at {HeldCallSite}. The pool stands still when every holder waits for another connection. Logged once for these two call sites")]
    internal static partial void NestedRent(ILogger logger, string poolName, CallSite nestedCallSite, CallSite heldCallSite);

    [LoggerMessage(65, LogLevel.Error, "Session context ({Names}) of pool {PoolName} could not be set: {Kind}. Logged at most once a second")]
    internal static partial void ContextFailed(ILogger logger, string poolName, string names, FailureKind kind);

    [LoggerMessage(66, LogLevel.Error, "Outcome of an ambient transaction of pool {PoolName} unknown in slot {SlotId}; its connection is closed{Left}")]
    internal static partial void TransactionInDoubt(ILogger logger, string poolName, int slotId, string left, Exception exception);
}
