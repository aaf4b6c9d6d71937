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
        if (readsProcess)
        {
            Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer });
        }

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
    /// <param name="process">The server's process, or 0 while it is not known. The first column is the one that
    /// answers, and another one sets nothing. <see langword="null"/> to query no process.</param>
    /// <param name="timeout">The timeout.</param>
    internal static ContextCommand For(
        ContextCommand? last, NpgsqlConnection session, IReadOnlyList<SessionContextEntry> entries, int? process, TimeSpan timeout)
    {
        var command = last;
        if (command is null || command.Entries != entries.Count || command.ReadsProcess != (process is not null))
        {
            last?.Dispose();
            command = new ContextCommand(session, entries.Count, process is not null);
        }

        // Npgsql counts in whole seconds, and takes 0 for no limit.
        command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));
        var first = 0;
        if (process is { } number)
        {
            command.Parameters[first++].Value = number;
        }

        for (var i = 0; i < entries.Count; i++)
        {
            command.Parameters[first + (2 * i)].Value = ParameterOf(entries[i]);

            // set_config takes NULL for RESET.
            command.Parameters[first + (2 * i) + 1].Value = entries[i].Value ?? (object)DBNull.Value;
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
            var first = (2 * i) + (readsProcess ? 2 : 1);
            var setting = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"set_config(${first}, ${first + 1}, false)");
            text.Append(i > 0 || readsProcess ? ", " : " ").Append(readsProcess ? $"CASE WHEN $1 IN (0, pg_backend_pid()) THEN {setting} END" : setting);
        }

        return text.ToString();
    }
}
