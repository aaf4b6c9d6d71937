using System.Data.Common;

namespace Cenote;

/// <summary>The base class of all exceptions that the pool itself throws.</summary>
public abstract class PoolException : DbException
{
    /// <summary>Creates an exception for an add-on that routes between pools.</summary>
    /// <param name="poolName">The name of the pool, or of the set of pools.</param>
    /// <param name="message">The failure with its numbers, and what to do. Must contain no secrets.</param>
    /// <param name="innerException">The cause.</param>
    protected PoolException(string poolName, string message, Exception? innerException)
        : base(message, innerException) => PoolName = poolName;

    /// <summary>Gets the pool's name.</summary>
    public string PoolName { get; }
}
