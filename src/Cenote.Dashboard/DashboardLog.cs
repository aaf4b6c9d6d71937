using Microsoft.Extensions.Logging;

namespace Cenote.Dashboard;

/// <summary>Every message of the dashboard. Event ids are stable: alerts are built on them.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(145, LogLevel.Warning, "The dashboard cannot read pool {PoolName}, and goes on trying")]
    internal static partial void PoolUnreadable(ILogger logger, string poolName, Exception exception);

    [LoggerMessage(146, LogLevel.Warning, "The dashboard cannot read replica set {SetName}, and goes on trying")]
    internal static partial void SetUnreadable(ILogger logger, string setName, Exception exception);

    [LoggerMessage(147, LogLevel.Error, "The dashboard could not take a sample, and goes on with the next")]
    internal static partial void RoundFailed(ILogger logger, Exception exception);

    [LoggerMessage(148, LogLevel.Error, "The replica sets of the container could not be constructed: the dashboard does not show them")]
    internal static partial void SetsUnavailable(ILogger logger, Exception exception);
}
