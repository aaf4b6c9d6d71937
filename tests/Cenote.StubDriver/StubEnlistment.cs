using System.Transactions;

namespace Cenote.StubDriver;

/// <summary>
/// What the driver enlists in a transaction of <c>System.Transactions</c>. It calls the database to commit.
/// </summary>
internal sealed class StubEnlistment(StubConnection connection) : ISinglePhaseNotification
{
    /// <inheritdoc/>
    public void SinglePhaseCommit(SinglePhaseEnlistment singlePhaseEnlistment)
    {
        try
        {
            connection.StubDatabase.Run(StubCall.Commit);
        }
        catch (Exception exception)
        {
            singlePhaseEnlistment.InDoubt(exception);
            return;
        }

        singlePhaseEnlistment.Committed();
    }

    /// <inheritdoc/>
    public void Prepare(PreparingEnlistment preparingEnlistment) => preparingEnlistment.Prepared();

    /// <inheritdoc/>
    public void Commit(Enlistment enlistment) => enlistment.Done();

    /// <inheritdoc/>
    public void Rollback(Enlistment enlistment) => enlistment.Done();

    /// <inheritdoc/>
    public void InDoubt(Enlistment enlistment) => enlistment.Done();
}
