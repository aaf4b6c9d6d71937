using Cenote.EntityFrameworkCore.Replicas;
using Cenote.Providers;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCore.Commands;

/// <summary>
/// An interceptor that replaces the pool's connections after a migration that changes types of the database (enums,
/// ranges, extensions). Npgsql loads the types once for a pool. EF Core's provider does that only for a connection of
/// its own driver.
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

    // After the migration has released its connection, so that new connections see the committed types.
    private static void ClearOnce(object sender, System.Data.StateChangeEventArgs change)
    {
        var connection = (PooledConnection)sender;
        if (change.CurrentState == System.Data.ConnectionState.Closed)
        {
            connection.StateChange -= ClearOnce;
            if (ContextRoute.Of(connection) is { } route)
            {
                foreach (var server in route.Set.Servers)
                {
                    Clear(server.Pool);
                }
            }
            else
            {
                Clear(connection.Pool);
            }
        }
    }

    private static void Clear(ConnectionPool pool)
    {
        (pool.Provider as ITypeCache)?.ClearTypeCache();
        pool.Clear();
    }
}
