using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote;

/// <summary>The health of one pool, or of a group of pools.</summary>
/// <param name="Name">The name. The keys of the numbers in the data of the check begin with it.</param>
/// <param name="Status">The status.</param>
/// <param name="Description">The reason, with numbers. No secrets.</param>
public sealed record PoolHealthEntry(string Name, HealthStatus Status, string Description)
{
    /// <summary>Gets numbers and states for the data of the check. No secrets.</summary>
    public IReadOnlyDictionary<string, object> Data { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>Gets the failure behind the status; <see langword="null"/> without one.</summary>
    public Exception? Exception { get; init; }
}
