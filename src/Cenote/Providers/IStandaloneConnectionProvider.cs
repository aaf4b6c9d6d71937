namespace Cenote.Providers;

/// <summary>
/// An ability of a provider: it makes connections for use outside the pool in a way of its own. Needed where the
/// connection string alone does not open a connection, because other code may copy the connection by means of the
/// driver.
/// </summary>
public interface IStandaloneConnectionProvider
{
    /// <summary>
    /// Creates a connection outside the pool, not yet opened. Its copies must have its credentials. Must not block.
    /// </summary>
    /// <param name="settings">How to open it. It is never cleared.</param>
    PhysicalConnection CreateStandaloneConnection(ConnectionSettings settings);
}
