using Microsoft.Extensions.Logging;

namespace Cenote.ReadReplicas.Events;

/// <summary>
/// Every message of a set. Event ids are stable, and none is one of the pool's: alerts are built on them.
/// </summary>
internal static partial class ReplicaSetLog
{
    [LoggerMessage(120, LogLevel.Information, "Set {SetName} started: {Servers}")]
    internal static partial void Started(ILogger logger, string setName, string servers);

    [LoggerMessage(121, LogLevel.Information, "Set {SetName}: replica {Server} gets reads: {Reason}")]
    internal static partial void ReplicaJoined(ILogger logger, string setName, string server, string reason);

    [LoggerMessage(122, LogLevel.Warning, "Set {SetName}: replica {Server} gets no reads: {Reason}")]
    internal static partial void ReplicaEvicted(ILogger logger, string setName, string server, string reason);

    [LoggerMessage(123, LogLevel.Information, "Set {SetName}: {Server} is the primary: {Reason}")]
    internal static partial void PrimaryFound(ILogger logger, string setName, string server, string reason);

    [LoggerMessage(124, LogLevel.Warning, "Set {SetName}: failover from {FormerPrimary} to {Server}: {Reason}")]
    internal static partial void FailedOver(ILogger logger, string setName, string formerPrimary, string server, string reason);

    [LoggerMessage(125, LogLevel.Error, "Set {SetName} lost its primary {Server}: {Reason}")]
    internal static partial void PrimaryLost(ILogger logger, string setName, string server, string reason);

    [LoggerMessage(126, LogLevel.Information, "Set {SetName}: the primary {Server} recovered: {Reason}")]
    internal static partial void PrimaryRecovered(ILogger logger, string setName, string server, string reason);

    [LoggerMessage(127, LogLevel.Error, "Set {SetName}: {Server} is a conflicting primary and is not used: {Reason}. Its writes are not on the primary. Find the writers and make it a replica")]
    internal static partial void ConflictingPrimaryFound(ILogger logger, string setName, string server, string reason);

    [LoggerMessage(128, LogLevel.Error, "Set {SetName}: {Server} is not used: {Reason}")]
    internal static partial void ServerUnsuitable(ILogger logger, string setName, string server, string reason);

    [LoggerMessage(129, LogLevel.Error, "A handler of an event of set {SetName} threw")]
    internal static partial void HandlerFailed(ILogger logger, string setName, Exception exception);

    [LoggerMessage(130, LogLevel.Error, "Set {SetName}: a probe of {Server} was not processed; the next ones go on")]
    internal static partial void ProbeNotProcessed(ILogger logger, string setName, string server, Exception exception);

    [LoggerMessage(131, LogLevel.Warning, "Set {SetName}: reads go to the primary, because no replica can serve them. Logged at most once a minute")]
    internal static partial void ReadsOnPrimary(ILogger logger, string setName);

    [LoggerMessage(132, LogLevel.Information, "Set {SetName} has no replica: reads go to the primary")]
    internal static partial void NoReplicas(ILogger logger, string setName);

    [LoggerMessage(133, LogLevel.Information, "Set {SetName} closed")]
    internal static partial void Closed(ILogger logger, string setName);

    [LoggerMessage(134, LogLevel.Error, "Set {SetName}: the address of {Server} leads to multiple servers: {Reason}. Causal reads may be stale and writes may be rejected. Give the set one address for each server")]
    internal static partial void MultipleServersFound(ILogger logger, string setName, string server, string reason);

    [LoggerMessage(135, LogLevel.Information, "Set {SetName} is reconfigured: {Changes}")]
    internal static partial void Reconfigured(ILogger logger, string setName, string changes);

    internal static void Changed(ILogger logger, string setName, TopologyChange change)
    {
        var server = change.Server.Name;
        switch (change.Kind)
        {
            case TopologyChangeKind.ReplicaJoined:
                ReplicaJoined(logger, setName, server, change.Reason);
                break;
            case TopologyChangeKind.ReplicaEvicted:
                ReplicaEvicted(logger, setName, server, change.Reason);
                break;
            case TopologyChangeKind.PrimaryChanged when change.FormerPrimary is { } former:
                FailedOver(logger, setName, former.Name, server, change.Reason);
                break;
            case TopologyChangeKind.PrimaryChanged:
                PrimaryFound(logger, setName, server, change.Reason);
                break;
            case TopologyChangeKind.PrimaryLost:
                PrimaryLost(logger, setName, server, change.Reason);
                break;
            case TopologyChangeKind.PrimaryRecovered:
                PrimaryRecovered(logger, setName, server, change.Reason);
                break;
            case TopologyChangeKind.ConflictingPrimaryFound:
                ConflictingPrimaryFound(logger, setName, server, change.Reason);
                break;
            case TopologyChangeKind.MultipleServersFound:
                MultipleServersFound(logger, setName, server, change.Reason);
                break;
            default:
                ServerUnsuitable(logger, setName, server, change.Reason);
                break;
        }
    }
}
