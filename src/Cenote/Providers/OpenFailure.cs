using Cenote.Providers;

namespace Cenote;

/// <summary>A failure to open a physical connection.</summary>
public sealed class OpenFailure
{
    internal OpenFailure(Exception exception, FailureKind kind, DateTimeOffset time, int attempts) =>
        (Exception, Kind, Time, Attempts) = (exception, kind, time, attempts);

    /// <summary>Gets the driver's exception of the last attempt.</summary>
    public Exception Exception { get; }

    /// <summary>Gets the kind of the failure.</summary>
    public FailureKind Kind { get; }

    /// <summary>Gets when the last attempt failed.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>
    /// Gets the number of attempts: the first and its retries, without those in between while the server refused.
    /// </summary>
    public int Attempts { get; }

    /// <summary>
    /// Gets what to do about it; <see langword="null"/> when the provider
    /// (<see cref="IConnectFailureAdvisor.GetRecommendation"/>) does not know. Contains no secret.
    /// </summary>
    public string? Recommendation { get; internal init; }

    /// <summary>Returns kind, time and the driver's message.</summary>
    public override string ToString() => $"{Kind} at {Readable.Moment(Time)}: {Exception.Message}";
}
