using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote;

/// <summary>The health of one pool, or of a part of the application that is made of pools.</summary>
public sealed class PoolHealthEntry
{
    /// <summary>Initializes an entry.</summary>
    /// <param name="name">The entry's name; the keys of its numbers in a check's data begin with it.</param>
    /// <param name="status">The health.</param>
    /// <param name="description">Why, in plain words with numbers, without secrets.</param>
    public PoolHealthEntry(string name, HealthStatus status, string description) => (Name, Status, Description) = (name, status, description);

    /// <summary>Gets the entry's name; the keys of its numbers in a check's data begin with it.</summary>
    public string Name { get; }

    /// <summary>Gets the health.</summary>
    public HealthStatus Status { get; }

    /// <summary>Gets why, in plain words with numbers. Contains no secrets.</summary>
    public string Description { get; }

    /// <summary>Gets numbers and states for readers of the check's data. Contains no secrets.</summary>
    public IReadOnlyDictionary<string, object> Data { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>Gets the failure behind the status; <see langword="null"/> when nothing failed.</summary>
    public Exception? Exception { get; init; }
}
