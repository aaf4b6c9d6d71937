namespace Cenote.Providers;

/// <summary>What a server said of its replication at one moment.</summary>
public sealed record ServerStatus
{
    /// <summary>What the server is.</summary>
    public required ServerRole Role { get; init; }

    /// <summary>
    /// How far a replica's data is behind, by its own word; <see langword="null"/> when it does not know, which it does not while it hears nothing from
    /// its primary. Zero for a primary.
    /// </summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>
    /// What a primary has written, or a replica has replayed, in the database's own notation; <see langword="null"/> when it does not say.
    /// </summary>
    public string? Position { get; init; }

    /// <summary>
    /// Rises with each promotion, where the database counts them (PostgreSQL's timeline): of two servers that both take writes, the one with the
    /// higher number was promoted last.
    /// </summary>
    public long? Timeline { get; init; }
}
