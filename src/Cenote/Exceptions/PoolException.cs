using System.Data.Common;

namespace Cenote;

/// <summary>The base of every exception that the pool itself throws.</summary>
public abstract class PoolException : DbException
{
    private protected PoolException(string poolName, string message, Exception? innerException)
        : base(message, innerException) => PoolName = poolName;

    /// <summary>The pool's name.</summary>
    public string PoolName { get; }
}
