namespace Cenote.Providers;

/// <summary>
/// An ability of a provider: it adapts later connections to a server or proxy that refused a feature.
/// </summary>
public interface IConnectFailureAdapter
{
    /// <summary>Adapts to a failure to connect.</summary>
    /// <param name="exception">The driver's exception.</param>
    /// <param name="settings">The settings with which the connection was opened.</param>
    /// <returns>Whether the next <see cref="DatabaseProvider.CreateConnection"/> leaves out the refused feature. Then
    /// the pool tries once more at once.</returns>
    bool TryAdapt(Exception exception, ConnectionSettings settings);
}
