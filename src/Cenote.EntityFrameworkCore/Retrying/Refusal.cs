using System.Data.Common;
using System.Runtime.ExceptionServices;

namespace Cenote.EntityFrameworkCore.Retrying;

/// <summary>What the pool threw because it could not connect, while the driver's exception stands for it inside a strategy.</summary>
internal sealed class Refusal
{
    private PoolException? _refusal;

    /// <summary>Whether the exception means that the database could not be reached; remembers it.</summary>
    internal bool IsOf(PoolException exception)
    {
        if (exception is not (ConnectionOpenException or CircuitOpenException) || exception.InnerException is not DbException)
        {
            return false;
        }

        _refusal = exception;
        return true;
    }

    /// <summary>Throws the driver's exception in its place.</summary>
    internal Exception Rethrow()
    {
        ExceptionDispatchInfo.Throw(_refusal!.InnerException!);
        return _refusal;
    }

    /// <summary>Whether a strategy that did not retry has let the driver's exception pass.</summary>
    internal bool IsCause(Exception exception) => _refusal is not null && ReferenceEquals(exception, _refusal.InnerException);

    /// <summary>Throws what the pool threw: it says more.</summary>
    internal Exception Restore()
    {
        ExceptionDispatchInfo.Throw(_refusal!);
        return _refusal;
    }
}
