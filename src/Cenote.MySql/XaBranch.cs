using System.Data;
using System.Transactions;

namespace Cenote.MySql;

/// <summary>The part of an ambient transaction on one session: an XA branch, as MySqlConnector begins it by default.
/// </summary>
/// <remarks>
/// Not with the driver's own enlistment. Its rollback throws where the session is lost, or busy when the transaction
/// times out, and on the timer's thread that ends the process (2.6.2). A single branch is committed in one round trip.
/// </remarks>
internal sealed class XaBranch : TransactionBranch
{
    private static int s_last;

    private readonly MySqlConnection _session;
    private readonly string _id;

    private XaBranch(MySqlConnection session, Transaction transaction)
    {
        _session = session;
        _id = $"'{transaction.TransactionInformation.LocalIdentifier}','{Interlocked.Increment(ref s_last).ToString(CultureInfo.InvariantCulture)}'";
    }

    private string Start => $"XA START {_id}";

    internal static XaBranch Begin(MySqlConnection session, Transaction transaction)
    {
        var branch = new XaBranch(session, transaction);
        branch.Execute(branch.Start);
        return branch;
    }

    internal static async ValueTask<XaBranch> BeginAsync(MySqlConnection session, Transaction transaction, CancellationToken cancellationToken)
    {
        var branch = new XaBranch(session, transaction);
        await session.ExecuteAsync(branch.Start, cancellationToken).ConfigureAwait(false);
        return branch;
    }

    public override string Name => _id;

    public override void Commit() => Execute($"XA END {_id}; XA COMMIT {_id} ONE PHASE");

    public override void Rollback()
    {
        try
        {
            Execute($"XA END {_id}");
        }
        catch (MySqlException) when (_session.State == ConnectionState.Open)
        {
            // Ended before, or by the server because of a deadlock.
        }

        Execute($"XA ROLLBACK {_id}");
    }

    public override void Prepare() => Execute($"XA END {_id}; XA PREPARE {_id}");

    public override void CommitPrepared() => Execute($"XA COMMIT {_id}");

    public override void RollbackPrepared() => Execute($"XA ROLLBACK {_id}");

    private void Execute(string text) => _session.Execute(text, timeout: null);
}
