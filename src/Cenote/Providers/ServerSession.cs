namespace Cenote.Providers;

/// <summary>A session as the server knows it.</summary>
public sealed class ServerSession
{
    /// <summary>Gets the id of the session.</summary>
    public required long Id { get; init; }

    /// <summary>
    /// Gets the address that the session came from; <see langword="null"/> without TCP, or when it may not be seen.
    /// </summary>
    public string? ClientAddress { get; init; }

    /// <summary>
    /// Gets the port that the session came from; <see langword="null"/> without TCP, or when it may not be seen.
    /// </summary>
    public int? ClientPort { get; init; }

    /// <summary>Gets the user that logged in.</summary>
    public string? User { get; init; }

    /// <summary>Gets the age of the session; <see langword="null"/> when the server does not report it.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Gets what the session is doing.</summary>
    public SessionState State { get; init; }

    /// <summary>Gets how long it has been doing that; <see langword="null"/> when it is not known.</summary>
    public TimeSpan? StateDuration { get; init; }

    /// <summary>Gets whether its statement waits for a lock.</summary>
    public bool IsWaitingForLock { get; init; }

    /// <summary>
    /// Gets the ids of the sessions that have the lock, or wait for it earlier; 0 for a prepared transaction.
    /// </summary>
    public IReadOnlyList<long> BlockedBy { get; init; } = [];

    /// <summary>
    /// Gets the running statement, or the last one, as it was sent; <see langword="null"/> if it was not requested. The
    /// pool removes its literals.
    /// </summary>
    public string? Statement { get; init; }

    /// <summary>
    /// Gets whether the user of the pool may not see if an idle session has a transaction open.
    /// </summary>
    public bool IsTransactionHidden { get; init; }

    /// <summary>Gets whether the user of the pool may not see what the session is doing.</summary>
    public bool IsHidden { get; init; }
}
