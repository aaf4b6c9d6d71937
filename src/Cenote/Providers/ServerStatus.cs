namespace Cenote.Providers;

/// <summary>What a database server says of its part among those that hold the same data.</summary>
public sealed record ServerStatus
{
    /// <summary>Nothing is known.</summary>
    public static ServerStatus Unknown { get; } = new();

    /// <summary>The server's part.</summary>
    public ServerRole Role { get; init; }

    /// <summary>How far a replica is behind its primary; <see langword="null"/> when the server does not say, and on a primary.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>
    /// How far the server's data has come: on a primary everything committed so far, on a replica what can be read there;
    /// <see langword="null"/> when the database has no positions, or does not tell this user.
    /// </summary>
    public ReplicationPosition? Position { get; init; }

    /// <summary>Counts the promotions in the history of the server's data: of two servers that both take writes, the higher one's history is the later.</summary>
    /// <value>PostgreSQL's timeline; <see langword="null"/> for databases that do not count, and when the server does not tell.</value>
    public long? Timeline { get; init; }

    /// <summary>What all servers have in common that hold the same data, and no other has.</summary>
    /// <value>PostgreSQL's system identifier, Galera's state UUID; <see langword="null"/> when there is none.</value>
    public string? DataId { get; init; }

    /// <summary>Gets what names the running server among all others, and changes when it is restarted; <see langword="null"/> when the database does not tell.</summary>
    public string? ServerId { get; init; }

    /// <summary>Gets whether two questions on one connection were answered by different servers: a proxy between spreads statements over them.</summary>
    public bool HasSeveralServers { get; init; }

    /// <summary>Whether the server takes writes as every other of its group does, without being a rival: Galera. <see cref="Role"/> is <see cref="ServerRole.Primary"/> then.</summary>
    public bool IsMultiPrimary { get; init; }
}
