using Microsoft.Extensions.Logging;

namespace Cenote.Dashboard;

/// <summary>Every message of the dashboard. Event ids are stable: alerts are built on them.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(140, LogLevel.Information, "Dashboard operation on pool {PoolName} by {Actor}: {Operation}")]
    internal static partial void ActionDone(ILogger logger, string actor, string operation, string poolName);

    [LoggerMessage(141, LogLevel.Warning, "A dashboard operation was refused to {Actor} with status {Status}: {Action}: {Reason}")]
    internal static partial void ActionRefused(ILogger logger, string actor, string action, int status, string reason);

    [LoggerMessage(142, LogLevel.Error, "A dashboard operation failed after it was accepted: {Operation} of pool {PoolName}, by {Actor}")]
    internal static partial void ActionFailed(ILogger logger, string operation, string poolName, string actor, Exception exception);

    [LoggerMessage(143, LogLevel.Warning, "The dashboard at {Route} is mapped without authorization, and the server listens on {Addresses}: only direct requests of this machine are served. Call RequireAuthorization() on what MapCenoteDashboard returns")]
    internal static partial void MappedWithoutAuthorization(ILogger logger, string route, string addresses);

    [LoggerMessage(145, LogLevel.Warning, "The dashboard cannot read pool {PoolName}, and goes on trying")]
    internal static partial void PoolUnreadable(ILogger logger, string poolName, Exception exception);

    [LoggerMessage(146, LogLevel.Warning, "The dashboard cannot read replica set {SetName}, and goes on trying")]
    internal static partial void SetUnreadable(ILogger logger, string setName, Exception exception);

    [LoggerMessage(147, LogLevel.Error, "The dashboard could not take a sample, and goes on with the next")]
    internal static partial void RoundFailed(ILogger logger, Exception exception);

    [LoggerMessage(148, LogLevel.Error, "The replica sets of the container could not be constructed: the dashboard does not show them")]
    internal static partial void SetsUnavailable(ILogger logger, Exception exception);
}
