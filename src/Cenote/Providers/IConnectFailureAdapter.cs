namespace Cenote.Providers;

/// <summary>
/// An ability of a provider: it opens later connections without what a server, or a proxy before it, has refused.
/// </summary>
public interface IConnectFailureAdapter
{
    /// <summary>Learns from a failure to connect.</summary>
    /// <param name="exception">The exception that the driver threw.</param>
    /// <param name="settings">How the connection was opened.</param>
    /// <returns>Whether the next <see cref="DatabaseProvider.CreateConnection"/> leaves out what was refused. Then the
    /// pool tries once more at once.</returns>
    bool AdaptTo(Exception exception, ConnectionSettings settings);
}
