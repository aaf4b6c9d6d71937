namespace Cenote.Providers;

/// <summary>A session of the server, as the client knows it.</summary>
/// <param name="id">The id that the server, or a proxy, gave at the login.</param>
/// <param name="clientPort">The port of the client's socket; <see langword="null"/> without TCP, or when it is not
/// known.</param>
public sealed class SessionIdentity(long id, int? clientPort)
{
    /// <summary>Gets the id that the server, or a proxy, gave at the login.</summary>
    public long Id { get; } = id;

    /// <summary>
    /// Gets the port of the client's socket; <see langword="null"/> without TCP, or when it is not known.
    /// </summary>
    public int? ClientPort { get; } = clientPort;
}
