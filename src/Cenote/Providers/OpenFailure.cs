using Cenote.Providers;

namespace Cenote;

/// <summary>A failure to open a physical connection.</summary>
/// <param name="Exception">What the driver threw in the last try.</param>
/// <param name="Kind">What it means.</param>
/// <param name="Time">When the last try failed.</param>
/// <param name="Attempts">How many tries were made.</param>
public sealed record OpenFailure(Exception Exception, FailureKind Kind, DateTimeOffset Time, int Attempts)
{
    /// <summary>
    /// Gets what to do about it, where the provider knows (<see cref="IConnectFailureAdvisor.Advise"/>). Never a
    /// secret.
    /// </summary>
    public string? Recommendation { get; init; }
}
