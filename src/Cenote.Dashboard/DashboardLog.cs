using Microsoft.Extensions.Logging;

namespace Cenote.Dashboard;

/// <summary>Every message of the dashboard. Event ids are stable, because alerts use them.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(140, LogLevel.Information, "Dashboard action on pool {PoolName} by {Actor}: {Action}")]
    internal static partial void ActionDone(ILogger logger, string actor, string action, string poolName);

    [LoggerMessage(141, LogLevel.Warning, "Dashboard action of {Actor} rejected with status {Status}: {Action}: {Reason}")]
    internal static partial void ActionRefused(ILogger logger, string actor, string action, int status, string reason);

    [LoggerMessage(142, LogLevel.Error, "A dashboard action failed after it was accepted: {Action} of pool {PoolName}, by {Actor}")]
    internal static partial void ActionFailed(ILogger logger, string action, string poolName, string actor, Exception exception);

    [LoggerMessage(143, LogLevel.Warning, "The dashboard at {Route} is mapped without authorization, and the server listens on {Addresses}: local requests only. Call RequireAuthorization() on what MapCenoteDashboard returns")]
    internal static partial void MappedWithoutAuthorization(ILogger logger, string route, string addresses);

    [LoggerMessage(145, LogLevel.Warning, "The dashboard cannot read pool {PoolName} and retries")]
    internal static partial void PoolUnreadable(ILogger logger, string poolName, Exception exception);

    [LoggerMessage(146, LogLevel.Warning, "The dashboard cannot read replica set {SetName} and retries")]
    internal static partial void SetUnreadable(ILogger logger, string setName, Exception exception);

    [LoggerMessage(147, LogLevel.Error, "The dashboard could not take a sample; the next ones go on")]
    internal static partial void RoundFailed(ILogger logger, Exception exception);

    [LoggerMessage(148, LogLevel.Error, "The replica sets of the container could not be constructed: the dashboard does not show them")]
    internal static partial void SetsUnavailable(ILogger logger, Exception exception);
}
