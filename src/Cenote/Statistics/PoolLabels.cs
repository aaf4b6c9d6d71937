using Cenote.Providers;

namespace Cenote.Statistics;

/// <summary>The attributes of every measurement and span of a pool.</summary>
internal sealed class PoolLabels
{
    internal PoolLabels(string poolName, DatabaseProvider provider)
    {
        PoolName = poolName;
        DatabaseSystem = provider.DatabaseSystem;
        Tags = string.IsNullOrEmpty(DatabaseSystem)
            ? [new(TelemetryTags.PoolName, poolName)]
            : [new(TelemetryTags.PoolName, poolName), new(TelemetryTags.DatabaseSystem, DatabaseSystem)];
    }

    internal string PoolName { get; }

    internal string DatabaseSystem { get; }

    internal KeyValuePair<string, object?>[] Tags { get; }
}
