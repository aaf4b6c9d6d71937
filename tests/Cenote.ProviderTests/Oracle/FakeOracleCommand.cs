namespace Cenote.ProviderTests.Oracle;

/// <summary>
/// The driver's command: no timeout by default (0), and <c>Cancel</c> does nothing unless something runs.
/// </summary>
internal sealed class FakeOracleCommand(FakeOracleConnection? connection) : FakeCommand(connection)
{
    public override void Cancel()
    {
        if (DbConnection is FakeOracleConnection { Session: { IsWaiting: true } session })
        {
            session.Cancel();
        }
    }

    public override int ExecuteNonQuery()
    {
        Run();
        return -1;
    }

    public override object? ExecuteScalar() => Run() is { Rows.Count: > 0 } table ? table.Rows[0][0] : null;

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Run().CreateDataReader();

    private DataTable Run()
    {
        if (DbConnection is not FakeOracleConnection { Session: { } session } connection)
        {
            throw new InvalidOperationException("Connection must be open for this operation.");
        }

        var result = session.Run(CommandText, CommandTimeout == 0 ? null : TimeSpan.FromSeconds(CommandTimeout));
        if (connection.AutoCommit && connection.Transaction is null)
        {
            session.End(commits: true);
        }

        return result;
    }
}
