namespace Cenote.Providers;

/// <summary>The settings with which a pool opens a physical connection and resets it after each lease.</summary>
/// <remarks>A record, because the pool and providers copy it with changes.</remarks>
public sealed record ConnectionSettings
{
    /// <summary>
    /// Gets the name of the pool, for the driver's own metrics and traces, which may otherwise show the connection
    /// string.
    /// </summary>
    /// <value>Default empty: the driver's own.</value>
    public string PoolName { get; init; } = "";

    /// <summary>Gets whether the pool or the driver resets the session after a lease.</summary>
    public required SessionReset SessionReset { get; init; }

    /// <summary>Gets what is reset after a lease.</summary>
    public required ResetMode ResetMode { get; init; }

    /// <summary>Gets the timeout of one attempt to connect.</summary>
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>
    /// Gets the timeout of a statement, for servers with such a limit; <see langword="null"/> when the pool sets none,
    /// so that the server's own default applies.
    /// </summary>
    public TimeSpan? QueryTimeout { get; init; }

    /// <summary>
    /// Gets the callback for warnings of a connection. The pool logs a warning and records an event, once per
    /// <see cref="ConnectionWarning.Code"/>. Never throws, never blocks; <see langword="null"/> while nothing listens.
    /// </summary>
    public Action<ConnectionWarning>? OnWarning { get; init; }

    /// <summary>
    /// Gets the user and password for this connection; <see langword="null"/> to use those of the connection string.
    /// </summary>
    public DatabaseCredentials? Credentials { get; init; }
}
