namespace Cenote.AspNetCore;

/// <summary>What a client learns of a rent that failed: nothing that names a pool, a host or a holder.</summary>
/// <param name="Title">The title of the answer.</param>
/// <param name="RetryAfter">The pool's own estimate; <see langword="null"/> without one.</param>
internal sealed record PoolRefusal(string Title, TimeSpan? RetryAfter)
{
    /// <summary>
    /// Returns the refusal in an exception or its causes, because EF Core and others wrap the pool's exceptions.
    /// </summary>
    /// <returns><see langword="null"/> for every other exception, which is the application's.</returns>
    internal static PoolRefusal? In(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            switch (current)
            {
                case PoolOverloadedException or PoolTimeoutException:
                    return new("The database is busy.", null);
                case CircuitOpenException open:
                    return new("The database is not available.", open.RetryAfter);
                case ConnectionOpenException { IsTransient: true } or PoolClosedException:
                    return new("The database is not available.", null);
            }
        }

        return null;
    }
}
