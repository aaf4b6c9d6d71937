using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cenote.ProviderTests.Oracle;

/// <summary>The driver's command: no time limit by default (0), and <c>Cancel</c> does nothing unless something runs.</summary>
internal sealed class FakeOracleCommand(FakeOracleConnection? connection) : DbCommand
{
    [AllowNull]
    public override string CommandText { get; set; } = "";

    public override int CommandTimeout { get; set; }

    public override CommandType CommandType { get; set; } = CommandType.Text;

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection { get; set; } = connection;

    protected override DbParameterCollection DbParameterCollection => throw new NotSupportedException();

    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel()
    {
        if (DbConnection is FakeOracleConnection { Session: { IsWaiting: true } session })
        {
            session.Cancel();
        }
    }

    public override void Prepare()
    {
    }

    public override int ExecuteNonQuery()
    {
        Run();
        return -1;
    }

    public override object? ExecuteScalar() => Run() is { Rows.Count: > 0 } table ? table.Rows[0][0] : null;

    protected override DbParameter CreateDbParameter() => throw new NotSupportedException();

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
