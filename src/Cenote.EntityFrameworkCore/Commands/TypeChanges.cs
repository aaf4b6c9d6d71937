using Cenote.Providers;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCore.Commands;

/// <summary>
/// After a migration that creates or changes types of the database (enums, ranges, extensions), the pool's connections
/// are replaced: Npgsql loads the types of a database once for a pool. EF Core's provider does that for a connection of
/// its own driver only.
/// </summary>
internal sealed class TypeChanges : DbCommandInterceptor
{
    private static readonly string[] s_changes = ["CREATE TYPE", "ALTER TYPE", "DROP TYPE", "CREATE EXTENSION", "CREATE DOMAIN"];

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        Look(eventData);
        return result;
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Look(eventData);
        return new ValueTask<int>(result);
    }

    private static void Look(CommandExecutedEventData eventData)
    {
        if (eventData is { CommandSource: CommandSource.Migrations, Command: { Connection: PooledConnection connection } command }
            && Array.Exists(s_changes, change => command.CommandText.Contains(change, StringComparison.OrdinalIgnoreCase)))
        {
            connection.StateChange += ClearOnce;
        }
    }

    // Once the migration has let go of its connection, so that what is opened then sees what it has committed.
    private static void ClearOnce(object sender, System.Data.StateChangeEventArgs change)
    {
        var connection = (PooledConnection)sender;
        if (change.CurrentState == System.Data.ConnectionState.Closed)
        {
            connection.StateChange -= ClearOnce;
            (connection.Pool.Provider as ITypeCache)?.ClearTypeCache();
            connection.Pool.Clear();
        }
    }
}
