using Cenote.Providers;

namespace Cenote;

/// <summary>A failure to open a physical connection.</summary>
/// <param name="Exception">The driver's exception in the last attempt.</param>
/// <param name="Kind">The meaning of the exception.</param>
/// <param name="Time">The time of the last attempt.</param>
/// <param name="Attempts">The number of attempts.</param>
public sealed record OpenFailure(Exception Exception, FailureKind Kind, DateTimeOffset Time, int Attempts)
{
    /// <summary>
    /// Gets what to do about it, where the provider knows (<see cref="IConnectFailureAdvisor.Advise"/>). Contains no
    /// secrets.
    /// </summary>
    public string? Recommendation { get; init; }
}
