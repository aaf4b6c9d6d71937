using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>The statements that the provider itself sends.</summary>
internal static class SessionCommands
{
    internal const string Validation = "SELECT 1";

    internal static void Execute(this NpgsqlConnection session, string text, TimeSpan? timeout = null)
    {
        using var command = Create(session, text, timeout);
        command.ExecuteNonQuery();
    }

    internal static async ValueTask ExecuteAsync(
        this NpgsqlConnection session, string text, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var command = Create(session, text, timeout);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static NpgsqlCommand Create(NpgsqlConnection session, string text, TimeSpan? timeout)
    {
        var command = new NpgsqlCommand(text, session);
        if (timeout is { } limit)
        {
            // Npgsql counts in whole seconds, and takes 0 for no limit.
            command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));
        }

        return command;
    }
}
