using System.Data;
using System.Text;
using NpgsqlTypes;

namespace Cenote.PostgreSql;

/// <summary>
/// The statement that sets the entries of a session context. It is one statement, so the server sets all of them or
/// none. It has its own type, so that Npgsql's tracing can omit it.
/// </summary>
internal sealed class ContextCommand : NpgsqlCommand
{
    private ContextCommand(NpgsqlConnection session, int entries, bool readsProcess)
        : base(TextFor(entries, readsProcess), session)
    {
        for (var i = 0; i < 2 * entries; i++)
        {
            Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text });
        }

        Entries = entries;
        ReadsProcess = readsProcess;
    }

    private int Entries { get; }

    private bool ReadsProcess { get; }

    /// <summary>Returns the command with the values of a lease; the session's last one where it fits.</summary>
    /// <param name="last">The session's last command, of the same connection.</param>
    /// <param name="session">The session.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="readsProcess">Whether the first column is the server's process.</param>
    /// <param name="timeout">The timeout.</param>
    internal static ContextCommand For(
        ContextCommand? last, NpgsqlConnection session, IReadOnlyList<SessionContextEntry> entries, bool readsProcess, TimeSpan timeout)
    {
        var command = last;
        if (command is null || command.Entries != entries.Count || command.ReadsProcess != readsProcess)
        {
            last?.Dispose();
            command = new ContextCommand(session, entries.Count, readsProcess);
        }

        // Npgsql counts in whole seconds, and takes 0 for no limit.
        command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));
        for (var i = 0; i < entries.Count; i++)
        {
            command.Parameters[2 * i].Value = ParameterOf(entries[i]);

            // set_config takes NULL for RESET.
            command.Parameters[(2 * i) + 1].Value = entries[i].Value ?? (object)DBNull.Value;
        }

        return command;
    }

    /// <summary>Forgets the values, which may be confidential.</summary>
    internal void Clear()
    {
        foreach (NpgsqlParameter parameter in Parameters)
        {
            parameter.Value = null;
        }
    }

    private static string ParameterOf(SessionContextEntry entry) => entry.Kind switch
    {
        SessionContextEntryKind.Role => "role",
        SessionContextEntryKind.Trace => "application_name",
        _ => entry.Name,
    };

    private static string TextFor(int entries, bool readsProcess)
    {
        var text = new StringBuilder(readsProcess ? "SELECT pg_backend_pid()" : "SELECT");
        for (var i = 0; i < entries; i++)
        {
            text.Append(i > 0 || readsProcess ? ", " : " ").Append(System.Globalization.CultureInfo.InvariantCulture, $"set_config(${(2 * i) + 1}, ${(2 * i) + 2}, false)");
        }

        return text.ToString();
    }
}
