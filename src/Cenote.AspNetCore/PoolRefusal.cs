using Cenote.ReadReplicas;

namespace Cenote.AspNetCore;

/// <summary>What a client learns of a rent that failed: nothing that names a pool, a host or a holder.</summary>
/// <param name="Title">The title of the answer.</param>
/// <param name="RetryAfter">The pool's own estimate; <see langword="null"/> without one.</param>
internal sealed record PoolRefusal(string Title, TimeSpan? RetryAfter)
{
    /// <summary>
    /// Returns the refusal in an exception or its causes, because EF Core and others wrap the pool's exceptions.
    /// </summary>
    /// <param name="exception">The exception that ended the request.</param>
    /// <param name="isStopping">Whether the host stops. A pool that is closed before stays closed.</param>
    /// <returns><see langword="null"/> for every other exception, which is the application's.</returns>
    internal static PoolRefusal? In(Exception exception, bool isStopping)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            switch (current)
            {
                case PoolOverloadedException { RetryAfter: { TotalSeconds: >= 1 } longer }:
                    return new("The database is busy.", longer);
                case PoolOverloadedException or PoolTimeoutException:
                    return new("The database is busy.", null);
                case CircuitOpenException open:
                    return new("The database is not available.", open.RetryAfter);
                case ConnectionOpenException { IsTransient: true, Failure.Kind: not FailureKind.Other } or NoPrimaryException or ReplicasUnavailableException:
                    return new("The database is not available.", null);
                case PoolClosedException when isStopping:
                    return new("The service stops.", null);
            }
        }

        return null;
    }
}
