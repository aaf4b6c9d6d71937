using System.Data;
using System.Globalization;
using System.Text;
using Cenote.Providers;
using Microsoft.Data.SqlClient;

namespace Cenote.SqlServer;

/// <summary>The statements that set the entries of a session context, in one request.</summary>
internal static class ContextCommand
{
    internal static SqlCommand Create(SqlConnection session, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout)
    {
        var command = session.CreateCommand();

        // The driver counts in whole seconds, and takes 0 for no limit.
        command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));

        var text = new StringBuilder();
        for (var i = 0; i < entries.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"EXEC sys.sp_set_session_context @k{i}, @v{i};");
            var name = entries[i].Kind == SessionContextEntryKind.Trace ? "traceparent" : entries[i].Name;
            command.Parameters.Add(new SqlParameter($"@k{i}", SqlDbType.NVarChar, 128) { Value = name });
            command.Parameters.Add(new SqlParameter($"@v{i}", SqlDbType.NVarChar, 4000) { Value = entries[i].Value ?? (object)DBNull.Value });
        }

        command.CommandText = text.ToString();
        return command;
    }
}
