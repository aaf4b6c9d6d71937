using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>The log messages about the configuration. Event ids are stable, because alerts refer to them.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(70, LogLevel.Error, "Pool {PoolName} rejected the changed configuration and keeps every setting: {Problems}")]
    internal static partial void ReloadRefused(ILogger logger, string poolName, string problems);

    [LoggerMessage(71, LogLevel.Error, "Pool {PoolName} could not read the changed configuration and keeps every setting")]
    internal static partial void ReloadFailed(ILogger logger, string poolName, Exception exception);

    [LoggerMessage(72, LogLevel.Warning, "Connection string of pool {PoolName} changed in the configuration: the running pool keeps the old one until a restart. For passwords that change, set CredentialsProvider")]
    internal static partial void ConnectionStringChanged(ILogger logger, string poolName);

    [LoggerMessage(73, LogLevel.Warning, "Section {Section} of the configuration has no pool: registered are {PoolNames}.{Suggestion}")]
    internal static partial void SectionWithoutPool(ILogger logger, string section, string poolNames, string suggestion);

    [LoggerMessage(75, LogLevel.Error, "Replica set {SetName} rejected the changed configuration and keeps every setting: {Problems}")]
    internal static partial void SetReloadRefused(ILogger logger, string setName, string problems);

    [LoggerMessage(76, LogLevel.Error, "Replica set {SetName} could not read the changed configuration and keeps every setting")]
    internal static partial void SetReloadFailed(ILogger logger, string setName, Exception exception);

    [LoggerMessage(77, LogLevel.Warning, "Servers of replica set {SetName} changed in the configuration (names, roles or weights): the running set keeps the old ones until a restart")]
    internal static partial void ServersChanged(ILogger logger, string setName);

    [LoggerMessage(78, LogLevel.Warning, "Section {Section} of the configuration has no replica set: registered are {SetNames}.{Suggestion}")]
    internal static partial void SectionWithoutSet(ILogger logger, string section, string setNames, string suggestion);

    [LoggerMessage(74, LogLevel.Error, "Budget {BudgetName} rejected the changed configuration and keeps its size")]
    internal static partial void BudgetReloadRefused(ILogger logger, string budgetName, Exception exception);
}
