namespace Cenote.Providers;

/// <summary>The status of a database server in a group of servers with the same data.</summary>
/// <remarks>A record, because providers create it and copy it with changes.</remarks>
public sealed record ServerStatus
{
    /// <summary>Gets the status of an unknown server.</summary>
    public static ServerStatus Unknown { get; } = new();

    /// <summary>Gets the server's role.</summary>
    public ServerRole Role { get; init; }

    /// <summary>
    /// Gets how far a replica is behind its primary; <see langword="null"/> when the server does not report it, and on
    /// a primary.
    /// </summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>
    /// Gets the replication position: on a primary of everything committed so far, on a replica of what can be read
    /// there; <see langword="null"/> when not known.
    /// </summary>
    public ReplicationPosition? Position { get; init; }

    /// <summary>
    /// Gets the number of promotions in the history of the server's data. Of two servers that both accept writes, the
    /// higher number is the later history.
    /// </summary>
    /// <value>PostgreSQL's timeline; <see langword="null"/> when not known.</value>
    public long? Timeline { get; init; }

    /// <summary>Gets an identifier that all servers with the same data share, and no other server has.</summary>
    /// <value>PostgreSQL's system identifier, Galera's state UUID; <see langword="null"/> when not known.</value>
    public string? ClusterId { get; init; }

    /// <summary>
    /// Gets an identifier of the running server, which changes when it is restarted; <see langword="null"/> when
    /// not known.
    /// </summary>
    public string? ServerId { get; init; }

    /// <summary>
    /// Gets whether different servers answered two queries of one connection, because a proxy spreads statements over
    /// them.
    /// </summary>
    public bool HasMultipleServers { get; init; }

    /// <summary>
    /// Gets whether every server of the group accepts writes (Galera). Then <see cref="Role"/> is
    /// <see cref="ServerRole.Primary"/> on each.
    /// </summary>
    public bool IsMultiPrimary { get; init; }
}
