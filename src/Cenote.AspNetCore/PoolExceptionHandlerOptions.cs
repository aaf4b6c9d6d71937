namespace Cenote.AspNetCore;

/// <summary>The options of <c>AddConnectionPoolExceptionHandler</c>.</summary>
public sealed class PoolExceptionHandlerOptions
{
    /// <summary>
    /// Gets or sets the shortest time that a refused client is told to wait, in the header <c>Retry-After</c>: 1 second
    /// by default, from 1 second to 1 hour. Each client is told a random number of whole seconds up to twice as long
    /// and one second more, so that refused clients do not come back together. For an open circuit, the time until it
    /// tries the database again comes on top; for a rejected caller, the expected wait of a second or more.
    /// </summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);
}
