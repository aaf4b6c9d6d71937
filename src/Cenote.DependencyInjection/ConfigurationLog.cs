using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>What is said of the configuration. Event ids are stable.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(70, LogLevel.Error, "Pool {PoolName} refuses the changed configuration, and keeps every setting as it was: {Problems}")]
    internal static partial void ReloadRefused(ILogger logger, string poolName, string problems);

    [LoggerMessage(71, LogLevel.Error, "The changed configuration of pool {PoolName} could not be read; the pool keeps every setting as it was")]
    internal static partial void ReloadFailed(ILogger logger, string poolName, Exception exception);

    [LoggerMessage(72, LogLevel.Warning, "The connection string of pool {PoolName} has changed in the configuration: the running pool keeps its own until a restart. For passwords that change, set Credentials")]
    internal static partial void ConnectionStringChanged(ILogger logger, string poolName);

    [LoggerMessage(73, LogLevel.Warning, "The configuration has a section {Section}, but no such pool is registered; registered: {PoolNames}.{Suggestion}")]
    internal static partial void SectionWithoutPool(ILogger logger, string section, string poolNames, string suggestion);
}
