namespace Cenote.Providers;

/// <summary>
/// An ability of a provider: it creates connections for use outside the pool in its own way. Needed where the
/// connection string alone does not open a connection, because other code may copy the connection through the driver.
/// </summary>
public interface IStandaloneConnectionProvider
{
    /// <summary>
    /// Creates a connection outside the pool without opening it. Its copies must have its credentials. Must not block.
    /// </summary>
    /// <param name="settings">The settings with which it is opened. It is never reset.</param>
    PhysicalConnection CreateStandaloneConnection(ConnectionSettings settings);
}
