namespace Cenote.ProviderTests.Oracle;

internal sealed class FakeOracleTransaction(FakeOracleConnection connection) : DbTransaction
{
    public override IsolationLevel IsolationLevel => IsolationLevel.ReadCommitted;

    protected override DbConnection DbConnection => connection;

    public override void Commit() => End(commits: true);

    public override void Rollback() => End(commits: false);

    protected override void Dispose(bool disposing)
    {
        if (connection.Transaction == this)
        {
            End(commits: false);
        }

        base.Dispose(disposing);
    }

    private void End(bool commits)
    {
        connection.Session?.End(commits);
        connection.Transaction = null;
    }
}
