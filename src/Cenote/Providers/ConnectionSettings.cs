namespace Cenote.Providers;

/// <summary>How a pool opens a physical connection and clears it after each lease.</summary>
public sealed record ConnectionSettings
{
    /// <summary>What the pool is called, for what the driver itself measures and traces: its own name for a connection may be the connection string.</summary>
    /// <value>Default empty: the driver's own.</value>
    public string PoolName { get; init; } = "";

    /// <summary>Who clears the session after a lease.</summary>
    public required SessionClearing SessionClearing { get; init; }

    /// <summary>What is cleared after a lease.</summary>
    public required ResetMode ResetMode { get; init; }

    /// <summary>The longest one attempt to connect may take.</summary>
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>The longest that a statement may run, for servers that can be told; <see langword="null"/> for no limit.</summary>
    public TimeSpan? QueryTimeout { get; init; }

    /// <summary>
    /// Gets what a connection calls when it finds out something that the user should know: the pool logs it and records an event, once for each
    /// <see cref="ConnectionWarning.Code"/>. Never throws, never blocks; <see langword="null"/> while nothing listens.
    /// </summary>
    public Action<ConnectionWarning>? Warn { get; init; }

    /// <summary>The user and password for this connection; <see langword="null"/> to use those of the connection string.</summary>
    public DatabaseCredentials? Credentials { get; init; }
}
