using Cenote.Providers;
using SQLitePCL;

namespace Cenote.Sqlite.Replication;

/// <summary>The role of a connection among those to one file.</summary>
internal static class FileStatus
{
    private const int ReadOnly = 1;

    internal static ServerStatus Read(SqliteConnection connection, bool onlyReads)
    {
        using (var command = connection.CreateCommand())
        {
            // In the file's header: fails where the file cannot be read.
            command.CommandText = "PRAGMA schema_version";
            command.ExecuteScalar();
        }

        var isReplica = onlyReads || raw.sqlite3_db_readonly(connection.Handle, "main") == ReadOnly;
        return new ServerStatus
        {
            Role = isReplica ? ServerRole.Replica : ServerRole.Primary,
            Lag = isReplica ? TimeSpan.Zero : null,
            Position = FilePosition.Instance,
        };
    }
}
