using System.Data.Common;
using Cenote;

namespace Snippets;

internal static class QueryTimeouts
{
    internal static async Task LimitAsync(string connectionString)
    {
        #region limits
        var pool = new ConnectionPoolBuilder().UsePostgreSql(connectionString).WithQueryTimeout(TimeSpan.FromSeconds(2)).Build();

        await using var connection = await pool.OpenConnectionAsync();
        connection.QueryTimeout = TimeSpan.FromMilliseconds(250); // this connection only

        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM orders";
        command.CommandTimeout = 60;                              // this command only; 0 for no limit
        await command.ExecuteScalarAsync();
        #endregion
    }

    internal static void Report(ConnectionLease lease, Action work)
    {
        try
        {
            work();
        }
        #region report
        catch (DbException exception)
        {
            lease.ReportFailure(exception); // lost: retired; timed out or cancelled: checked, or closed in doubt
            throw;
        }
        #endregion
    }
}
