using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote;

/// <summary>What was found out about the health of one pool, or of one thing that is made of pools.</summary>
/// <param name="Name">Its name; the keys of its numbers in a check's data begin with it.</param>
/// <param name="Status">The verdict.</param>
/// <param name="Description">Why, in plain words with numbers. No secrets.</param>
public sealed record PoolHealthEntry(string Name, HealthStatus Status, string Description)
{
    /// <summary>Numbers and states for whoever reads the check's data. No secrets.</summary>
    public IReadOnlyDictionary<string, object> Data { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>The failure behind the verdict, if there is one.</summary>
    public Exception? Exception { get; init; }
}
