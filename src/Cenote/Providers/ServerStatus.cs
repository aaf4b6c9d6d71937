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
}
