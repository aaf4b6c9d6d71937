using System.Data.Common;
using System.Globalization;

namespace Cenote.Cli.Checking;

/// <summary>
/// Leaves something in the only session of a pool, returns it, and looks at it as the next holder would.
/// </summary>
internal static class LeftoverTrial
{
    public static async Task<LeftoverFate> RunAsync(DbDataSource pool, Leftover leftover, string? sessionQuery, CancellationToken cancellationToken)
    {
        string before;
        string left;
        string session;
        await using (var connection = await pool.OpenConnectionAsync(cancellationToken))
        {
            session = await SessionAsync(connection, sessionQuery, cancellationToken);
            before = await LookAsync(connection, leftover.Look, cancellationToken);
            left = await LeaveAsync(connection, leftover.Leave, cancellationToken)
                ? await LookAsync(connection, leftover.Look, cancellationToken)
                : before;
        }

        if (left == before)
        {
            return LeftoverFate.NotAllowed;
        }

        await using var next = await pool.OpenConnectionAsync(cancellationToken);
        return await SessionAsync(next, sessionQuery, cancellationToken) != session ? LeftoverFate.SessionClosed
            : await LookAsync(next, leftover.Look, cancellationToken) == before ? LeftoverFate.Cleared
            : LeftoverFate.LeftBehind;
    }

    private static async Task<bool> LeaveAsync(DbConnection connection, string statements, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = statements;
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (DbException)
        {
            return false;
        }
    }

    private static async Task<string> SessionAsync(DbConnection connection, string? query, CancellationToken cancellationToken) =>
        query is null ? "" : await LookAsync(connection, query, cancellationToken);

    // A refusal is an answer, too: that of a table that is not there.
    private static async Task<string> LookAsync(DbConnection connection, string query, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = query;
            return Convert.ToString(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture) ?? "";
        }
        catch (DbException exception)
        {
            return $"refused ({exception.SqlState})";
        }
    }
}
