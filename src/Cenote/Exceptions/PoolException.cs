using System.Data.Common;

namespace Cenote;

/// <summary>The base of every exception that the pool itself throws.</summary>
public abstract class PoolException : DbException
{
    /// <summary>For add-ons that route between pools and report like one.</summary>
    /// <param name="poolName">The name of the pool, or of the set of pools.</param>
    /// <param name="message">What happened, with numbers and a remedy. Never a secret.</param>
    /// <param name="innerException">What caused it.</param>
    protected PoolException(string poolName, string message, Exception? innerException)
        : base(message, innerException) => PoolName = poolName;

    /// <summary>The pool's name.</summary>
    public string PoolName { get; }
}
