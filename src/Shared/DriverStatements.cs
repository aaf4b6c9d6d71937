using System.Data.Common;

namespace Cenote.Shared;

/// <summary>Runs the statements that a provider itself sends.</summary>
internal static class DriverStatements
{
    internal static void Execute(this DbConnection connection, string text, TimeSpan? timeout)
    {
        using var command = Create(connection, text, timeout);
        command.ExecuteNonQuery();
    }

    internal static async ValueTask ExecuteAsync(this DbConnection connection, string text, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var command = Create(connection, text, timeout);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    internal static DbCommand Create(DbConnection connection, string text, TimeSpan? timeout)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        if (timeout is { } limit)
        {
            // Drivers count in whole seconds, and take 0 for no limit.
            command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));
        }

        return command;
    }
}
