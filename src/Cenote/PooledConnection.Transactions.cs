using System.Data;
using System.Data.Common;
using Cenote.AdoNet;
using Cenote.Providers;

namespace Cenote;

// Transactions and the current database.
public sealed partial class PooledConnection
{
    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        var lease = Enter();
        try
        {
            return Hold(lease, lease.Connection.BeginTransaction(isolationLevel));
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken)
    {
        var lease = Enter();
        try
        {
            return Hold(lease, await lease.Connection.BeginTransactionAsync(isolationLevel, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    private PooledTransaction Hold(in ConnectionLease lease, DbTransaction transaction)
    {
        var held = new PooledTransaction(this, in lease, transaction);
        Volatile.Write(ref _transaction, held);
        return held;
    }

    /// <summary>Refused: a transaction of <c>System.Transactions</c> may outlive the lease, whose session the pool clears.</summary>
    /// <param name="transaction">Only <see langword="null"/> is accepted.</param>
    /// <exception cref="NotSupportedException">A transaction was given.</exception>
    public override void EnlistTransaction(System.Transactions.Transaction? transaction)
    {
        if (transaction is not null)
        {
            throw new NotSupportedException(
                "A pooled connection cannot enlist in a System.Transactions transaction: the session would be cleared, and lent again, before the transaction ends. Use BeginTransaction, or a connection of the driver's own.");
        }
    }

    /// <summary>Changes the current database until the connection is closed: the pool changes it back, or retires the physical connection.</summary>
    /// <param name="databaseName">The database to change to.</param>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    public override void ChangeDatabase(string databaseName)
    {
        var lease = Enter();
        var before = lease.TryGetConnection()?.Database ?? "";
        try
        {
            lease.Connection.ChangeDatabase(databaseName);
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            NoteDatabase(in lease, before);
            Leave();
        }
    }

    /// <param name="databaseName">The database to change to.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <inheritdoc cref="ChangeDatabase" path="/summary"/>
    /// <inheritdoc cref="ChangeDatabase" path="/exception"/>
    public override async Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        var lease = Enter();
        var before = lease.TryGetConnection()?.Database ?? "";
        try
        {
            await lease.Connection.ChangeDatabaseAsync(databaseName, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            NoteDatabase(in lease, before);
            Leave();
        }
    }

    // A driver that pools under the slot may change the database by taking another connection from another of its pools:
    // there is no way back to the slot's own. The same without a database to go back to.
    private void NoteDatabase(in ConnectionLease lease, string before)
    {
        if (_databaseBefore is not null || lease.TryGetConnection() is not { } driver || driver.Database == before)
        {
            return;
        }

        if (lease.TryGetPhysical() is { SessionClearing: SessionClearing.DriverReset } || string.IsNullOrEmpty(before))
        {
            lease.RetireOnReturn();
        }
        else
        {
            _databaseBefore = before;
        }
    }

    private void ChangeDatabaseBack()
    {
        if (_databaseBefore is { } before)
        {
            _databaseBefore = null;
            _lease.Connection.ChangeDatabase(before);
        }
    }

}
