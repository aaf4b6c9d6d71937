using System.Text;

namespace Cenote.MySql;

/// <summary>
/// The statements that set the entries of a session context. The driver writes the values as literals.
/// </summary>
internal static class ContextCommand
{
    internal static MySqlCommand Create(MySqlSession session, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout)
    {
        var command = (MySqlCommand)session.Connection.CreateCommand();

        // The driver counts in whole seconds, and takes 0 for no limit.
        command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));
        MySqlConnectorInternals.AllowUserVariables(command);
        var text = new StringBuilder();
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Kind != SessionContextEntryKind.Role)
            {
                // A name has letters, digits, underscores and dots only.
                text.Append(text.Length == 0 ? "SET " : ", ").Append(CultureInfo.InvariantCulture, $"@`{NameOf(entries[i])}` = ?");
                command.Parameters.Add(new MySqlParameter { Value = entries[i].Value });
            }
        }

        foreach (var role in entries.Where(static entry => entry.Kind == SessionContextEntryKind.Role))
        {
            session.RestoreRole();
            text.Append(text.Length == 0 ? "" : "; ").Append("SET ROLE ?");
            command.Parameters.Add(new MySqlParameter { Value = role.Value });
        }

        command.CommandText = text.ToString();
        return command;
    }

    private static string NameOf(SessionContextEntry entry) => entry.Kind == SessionContextEntryKind.Trace ? "traceparent" : entry.Name;
}
