using System.Data;
using System.Globalization;
using System.Transactions;
using IsolationLevel = System.Data.IsolationLevel;

namespace Cenote.PostgreSql;

/// <summary>The part of an ambient transaction on one session: a transaction of the server.</summary>
/// <remarks>
/// Npgsql's own enlistment reports a commit before it has left the session, sends the second phase on a connection of
/// its own, and takes the server's rollback of a failed transaction for a commit (10.0.3). So the driver begins the
/// transaction, which costs no round trip, and its end is sent here.
/// </remarks>
internal sealed class PostgreSqlBranch : TransactionBranch
{
    // A failed transaction answers COMMIT and PREPARE TRANSACTION with a rollback and no error. SELECT fails in it, and
    // then the server skips what follows.
    private const string Probe = "SELECT 1";

    private readonly NpgsqlConnection _session;
    private readonly NpgsqlTransaction _local;

    internal PostgreSqlBranch(NpgsqlConnection session, Transaction transaction)
    {
        _session = session;
        Name = $"{transaction.TransactionInformation.LocalIdentifier}/{session.ProcessID.ToString(CultureInfo.InvariantCulture)}";
        _local = session.BeginTransaction(IsolationOf(transaction));
    }

    public override string Name { get; }

    public override void Commit() => EndWork("COMMIT");

    public override void Rollback()
    {
        _local.Rollback();
        _local.Dispose();
    }

    public override void Prepare() => EndWork($"PREPARE TRANSACTION '{Name}'");

    public override void CommitPrepared() => _session.Execute($"COMMIT PREPARED '{Name}'");

    public override void RollbackPrepared() => _session.Execute($"ROLLBACK PREPARED '{Name}'");

    private void EndWork(string text)
    {
        if (_session.FullState != ConnectionState.Open)
        {
            // The driver would refuse it, without an answer of the server.
            throw new TransactionAbortedException("The transaction cannot be committed, because a reader or a copy is still open on its connection.");
        }

        using (var batch = new NpgsqlBatch(_session) { BatchCommands = { new NpgsqlBatchCommand(Probe), new NpgsqlBatchCommand(text) } })
        {
            batch.ExecuteNonQuery();
        }

        _local.Dispose();
    }

    private static IsolationLevel IsolationOf(Transaction transaction) => transaction.IsolationLevel switch
    {
        System.Transactions.IsolationLevel.Serializable => IsolationLevel.Serializable,
        System.Transactions.IsolationLevel.RepeatableRead => IsolationLevel.RepeatableRead,
        System.Transactions.IsolationLevel.Snapshot => IsolationLevel.Snapshot,
        System.Transactions.IsolationLevel.ReadCommitted => IsolationLevel.ReadCommitted,
        System.Transactions.IsolationLevel.ReadUncommitted => IsolationLevel.ReadUncommitted,
        System.Transactions.IsolationLevel.Chaos => IsolationLevel.Chaos,
        _ => IsolationLevel.Unspecified,
    };
}
