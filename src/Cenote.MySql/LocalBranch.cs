using System.Transactions;

namespace Cenote.MySql;

/// <summary>
/// The part of an ambient transaction on one session with <c>UseXaTransactions=false</c>: a transaction of the server,
/// which can have no second part.
/// </summary>
internal sealed class LocalBranch : TransactionBranch
{
    internal const string Problem = "UseXaTransactions is false in the connection string, and only XA transactions can be prepared for a common commit.";

    private readonly MySqlConnection _session;

    private LocalBranch(MySqlConnection session) => _session = session;

    internal static LocalBranch Begin(MySqlConnection session, Transaction transaction)
    {
        session.Execute(StartOf(transaction), timeout: null);
        return new LocalBranch(session);
    }

    internal static async ValueTask<LocalBranch> BeginAsync(MySqlConnection session, Transaction transaction, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(StartOf(transaction), cancellationToken).ConfigureAwait(false);
        return new LocalBranch(session);
    }

    private static string StartOf(Transaction transaction)
    {
        var isolation = transaction.IsolationLevel switch
        {
            IsolationLevel.Serializable => "SERIALIZABLE",
            IsolationLevel.ReadCommitted => "READ COMMITTED",
            IsolationLevel.ReadUncommitted => "READ UNCOMMITTED",
            IsolationLevel.Chaos => throw new NotSupportedException("The server has no isolation level Chaos."),
            _ => "REPEATABLE READ",
        };
        var start = transaction.IsolationLevel == IsolationLevel.Snapshot ? "START TRANSACTION WITH CONSISTENT SNAPSHOT" : "START TRANSACTION";
        return $"SET TRANSACTION ISOLATION LEVEL {isolation}; {start}";
    }

    public override void Commit() => _session.Execute("COMMIT", timeout: null);

    public override void Rollback() => _session.Execute("ROLLBACK", timeout: null);

    public override void Prepare() => throw new NotSupportedException(Problem);
}
