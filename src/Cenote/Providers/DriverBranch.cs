using System.Data.Common;
using System.Transactions;

namespace Cenote.Providers;

/// <summary>
/// A branch that the driver itself enlists, in a transaction of its own beneath the ambient one. When a call of that
/// transaction returns, the driver has left the session, and its exceptions reach the pool. In the ambient transaction
/// itself, neither is certain: some drivers report the commit before they have finished, and an exception on the timer
/// of a timeout ends the process.
/// </summary>
internal sealed class DriverBranch : TransactionBranch
{
    private readonly CommittableTransaction _own;

    /// <exception cref="NotSupportedException">The driver cannot enlist.</exception>
    internal DriverBranch(DbConnection connection, Transaction transaction)
    {
        // Without a timeout of its own, because the ambient transaction has one.
        _own = new CommittableTransaction(new TransactionOptions { IsolationLevel = transaction.IsolationLevel, Timeout = TimeSpan.Zero });
        try
        {
            connection.EnlistTransaction(_own);
        }
        catch (Exception)
        {
            _own.Dispose();
            throw;
        }
    }

    public override void Commit() => _own.Commit();

    public override void Rollback() => _own.Rollback();

    protected override void Dispose(bool disposing)
    {
        if (_own.TransactionInformation.Status == TransactionStatus.Active)
        {
            // Its session is being closed. Left alone, the driver's rollback would fail on the timer of a timeout.
            ThreadPool.UnsafeQueueUserWorkItem(static branch => branch.Abandon(), this, preferLocal: false);
        }
        else
        {
            _own.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Abandon()
    {
        try
        {
            _own.Rollback();
        }
        catch (Exception)
        {
            // The driver's, for the lost session.
        }

        _own.Dispose();
    }
}
