namespace Cenote.Providers;

/// <summary>A warning of a connection about its server, or about the network before it.</summary>
public sealed class ConnectionWarning
{
    /// <summary>Gets the kind of the warning, such as <c>SessionsShared</c>. A pool records each kind once.</summary>
    public required string Code { get; init; }

    /// <summary>Gets the finding and its consequence. Contains no secrets.</summary>
    public required string Message { get; init; }

    /// <summary>Gets what to do about it.</summary>
    public required string Recommendation { get; init; }
}
