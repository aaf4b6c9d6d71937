using System.Data;
using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// A transaction of one lease. The driver's transaction is released as soon as it has ended. Drivers reuse the object
/// for the next transaction of the session, also for its next holder.
/// </summary>
internal sealed partial class PooledTransaction : DbTransaction
{
    private readonly PooledConnection _connection;
    private readonly ConnectionLease _lease;
    private DbTransaction? _transaction;
    private bool _isDisposed;

    internal PooledTransaction(PooledConnection connection, in ConnectionLease lease, DbTransaction transaction)
    {
        _connection = connection;
        _lease = lease;
        _transaction = transaction;
        IsolationLevel = transaction.IsolationLevel;
        SupportsSavepoints = transaction.SupportsSavepoints;
    }

    public override IsolationLevel IsolationLevel { get; }

    public override bool SupportsSavepoints { get; }

    internal ConnectionPool Pool => _connection.Pool;

    /// <summary>Gets whether commands created by the pool can join it.</summary>
    internal bool Accepts(ConnectionPool pool) => _connection.Accepts(pool);

    internal DbTransaction? DriverTransaction => Volatile.Read(ref _transaction);

    /// <summary>Gets the connection, or <see langword="null"/> after the transaction has ended.</summary>
    protected override DbConnection? DbConnection => DriverTransaction is not null && _lease.IsActive ? _connection : null;

    /// <summary>Gets the driver's transaction, if it is open and was begun on the given lease.</summary>
    internal DbTransaction? FindDriverTransaction(in ConnectionLease lease) => _lease == lease ? DriverTransaction : null;

    /// <summary>
    /// Rolls back a transaction that its owner left open, because the lease is about to be returned. The caller has
    /// ensured that no call is inside.
    /// </summary>
    internal void EndWithLease() => Interlocked.Exchange(ref _transaction, null)?.Dispose();

    /// <inheritdoc cref="EndWithLease"/>
    internal ValueTask EndWithLeaseAsync() => Interlocked.Exchange(ref _transaction, null)?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && DriverTransaction is not null && _connection.TryEnterAs(in _lease))
        {
            try
            {
                Interlocked.Exchange(ref _transaction, null)?.Dispose();
            }
            catch (Exception exception) when (PooledConnection.IsLost(in _lease))
            {
                _connection.FailedEnding(in _lease, exception);
            }
            catch (Exception exception) when (_connection.FailedEnding(in _lease, exception) is { } told)
            {
                throw told;
            }
            finally
            {
                _connection.Work.Forget(this);
                _connection.Leave();
            }
        }

        _isDisposed = true;
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        if (DriverTransaction is not null && _connection.TryEnterAs(in _lease))
        {
            try
            {
                if (Interlocked.Exchange(ref _transaction, null) is { } transaction)
                {
                    await transaction.DisposeAsync().ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (PooledConnection.IsLost(in _lease))
            {
                _connection.FailedEnding(in _lease, exception);
            }
            catch (Exception exception) when (_connection.FailedEnding(in _lease, exception) is { } told)
            {
                throw told;
            }
            finally
            {
                _connection.Work.Forget(this);
                _connection.Leave();
            }
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Enters a call and returns the driver's transaction.</summary>
    private DbTransaction Enter()
    {
        if (!_connection.TryEnterAs(in _lease))
        {
            throw Over("The transaction has ended: it was committed or rolled back, or its connection was returned to the pool, which rolls back. Commit before closing the connection.");
        }

        if (DriverTransaction is { } transaction)
        {
            return transaction;
        }

        _connection.Leave();
        throw Over("The transaction has ended: it was committed or rolled back.");
    }

    private Exception Over(string message) => _isDisposed
        ? new ObjectDisposedException(nameof(DbTransaction), "The transaction was disposed of.")
        : _lease.Revocation as Exception ?? new InvalidOperationException(message);

    /// <summary>Records that the driver has ended the transaction.</summary>
    private void Complete()
    {
        _connection.Work.Forget(this);
        try
        {
            Interlocked.Exchange(ref _transaction, null)?.Dispose();
        }
        catch (Exception exception)
        {
            // The transaction has ended as its owner requested, which must not look like a failure.
            _connection.FailedEnding(in _lease, exception);
        }
    }
}
