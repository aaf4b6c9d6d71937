using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Cenote;

// From closed to open.
public sealed partial class PooledConnection
{
    // While the circuit is open, many callers get the same failure, and each throw would add its stack to an exception
    // that was not reset.
    private static readonly ConditionalWeakTable<Exception, ExceptionDispatchInfo> DriverFailures = [];

    /// <summary>
    /// Gets or sets whether opening throws the driver's exception where it would throw a
    /// <see cref="ConnectionOpenException"/> or <see cref="CircuitOpenException"/> around it. For libraries that decide
    /// by the driver's exceptions whether to retry.
    /// </summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool UnwrapDriverExceptions
    {
        get => _unwrapsDriverExceptions;
        set => _unwrapsDriverExceptions = value;
    }

    /// <summary>Rents a connection, blocking the calling thread up to the pool's acquire timeout.</summary>
    /// <exception cref="InvalidOperationException">The connection is already open.</exception>
    /// <exception cref="ObjectDisposedException">The connection was disposed of.</exception>
    /// <exception cref="PoolTimeoutException">No connection became available within the timeout.</exception>
    /// <exception cref="ConnectionOpenException">No connection could be opened, and none was in use that the caller
    /// could wait for.</exception>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    /// <exception cref="SessionContextException">The database did not accept the session context.</exception>
    /// <exception cref="NotSupportedException">The pool's sessions cannot carry the session context; or the caller is
    /// in an ambient transaction that the connection cannot join, see
    /// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/>.</exception>
    public override void Open()
    {
        if (!Gate.TryBeginOpening())
        {
            throw CannotOpen();
        }

        ConnectionLease lease;
        try
        {
            var site = Details?.Site ?? default;
            lease = SessionContext is { } context ? RentWith(context, site)
                : Details?.Route is { } route ? route.Rent(CancellationToken.None, site.FilePath!, site.LineNumber, site.MemberName!)
                : Pool.Rent(CancellationToken.None, site.FilePath!, site.LineNumber, site.MemberName!);
        }
        catch (Exception exception)
        {
            Gate.GiveUpOpening();
            ThrowDriverFailure(exception);
            throw;
        }

        FinishOpening(lease);
    }

    /// <summary>Rents a connection, waiting up to the pool's acquire timeout.</summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <inheritdoc cref="Open" path="/exception"/>
    /// <exception cref="OperationCanceledException">The token was cancelled while the caller waited.</exception>
    public override Task OpenAsync(CancellationToken cancellationToken)
    {
        if (!Gate.TryBeginOpening())
        {
            return Task.FromException(CannotOpen());
        }

        try
        {
            var site = Details?.Site ?? default;
            var rent = SessionContext is { } context ? RentWithAsync(context, site, cancellationToken)
                : Details?.Route is { } route ? route.RentAsync(cancellationToken, site.FilePath!, site.LineNumber, site.MemberName!)
                : Pool.RentAsync(cancellationToken, site.FilePath!, site.LineNumber, site.MemberName!);
            if (!rent.IsCompletedSuccessfully)
            {
                return AwaitRentAsync(rent);
            }

            FinishOpening(rent.Result);
            return Task.CompletedTask;
        }
        catch (Exception exception)
        {
            Gate.GiveUpOpening();
            return Task.FromException(SetBack(exception));
        }
    }

    /// <summary>Opens the new connection with a session context, and returns it.</summary>
    internal ValueTask<PooledConnection> OpenWithAsync(SessionContext context, CancellationToken cancellationToken)
    {
        // Not async, so that the caller's flow sees the record of the guard against nested rents.
        SessionContext = context;
        var opening = OpenAsync(cancellationToken);
        return opening.IsCompletedSuccessfully ? new ValueTask<PooledConnection>(this) : AwaitAsync(opening);

        async ValueTask<PooledConnection> AwaitAsync(Task pending)
        {
            await pending.ConfigureAwait(false);
            return this;
        }
    }

    private ConnectionLease RentWith(SessionContext context, CallSite site) => Details?.Route is { } route
        ? route.Rent(context, CancellationToken.None, site.FilePath!, site.LineNumber, site.MemberName!)
        : Pool.Rent(context, CancellationToken.None, site.FilePath!, site.LineNumber, site.MemberName!);

    private ValueTask<ConnectionLease> RentWithAsync(SessionContext context, CallSite site, CancellationToken cancellationToken) => Details?.Route is { } route
        ? route.RentAsync(context, cancellationToken, site.FilePath!, site.LineNumber, site.MemberName!)
        : Pool.RentAsync(context, cancellationToken, site.FilePath!, site.LineNumber, site.MemberName!);

    private async Task AwaitRentAsync(ValueTask<ConnectionLease> rent)
    {
        ConnectionLease lease;
        try
        {
            lease = await rent.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Gate.GiveUpOpening();
            ThrowDriverFailure(exception);
            throw;
        }

        FinishOpening(lease);
    }

    private void ThrowDriverFailure(Exception exception)
    {
        if (DriverFailure(exception) is { } failure)
        {
            DriverFailures.GetValue(failure, ExceptionDispatchInfo.Capture).Throw();
        }
    }

    /// <summary>Returns the exception with the stack trace of its first throw.</summary>
    private Exception SetBack(Exception exception)
    {
        try
        {
            ThrowDriverFailure(exception);
            return exception;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    private Exception? DriverFailure(Exception exception) =>
        UnwrapDriverExceptions && exception is (ConnectionOpenException or CircuitOpenException) ? exception.InnerException : null;

    private void FinishOpening(ConnectionLease lease)
    {
        if (_isFinalizerSuppressed)
        {
            _isFinalizerSuppressed = false;
            GC.ReRegisterForFinalize(this);
        }

        if (!Gate.FinishOpening(in lease))
        {
            Close();
            throw CannotOpen();
        }

        OnStateChange(OpenedChange);
    }

    private Exception CannotOpen() => Gate.IsDisposed || Gate.Revocation is not null
        ? NotOpen()
        : new InvalidOperationException(State switch
        {
            System.Data.ConnectionState.Connecting => "The connection is already being opened, by another thread or by a task that was not awaited.",
            System.Data.ConnectionState.Broken => "The connection is broken. Close it first, then open it again for another physical connection.",
            System.Data.ConnectionState.Open => "The connection is already open.",
            _ => "The connection is being closed by another thread.",
        });
}
