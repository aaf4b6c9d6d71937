namespace Cenote.Providers;

/// <summary>An ability of a provider: it recommends what to do about some failures to connect.</summary>
public interface IConnectFailureAdvisor
{
    /// <summary>
    /// Returns what to do about a failure to connect, for example which setting the server refuses or which limit of a
    /// proxy is reached.
    /// </summary>
    /// <param name="exception">The driver's exception.</param>
    /// <param name="settings">The settings with which the pool opens connections.</param>
    /// <returns>Whole sentences without secrets; <see langword="null"/> when the provider has no
    /// recommendation.</returns>
    string? GetRecommendation(Exception exception, ConnectionSettings settings);
}
