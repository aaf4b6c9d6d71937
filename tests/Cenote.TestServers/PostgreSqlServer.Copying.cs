using Cenote.TestServers.Processes;

namespace Cenote.TestServers;

/// <content>
/// A copy of a running server's data, for builds of PostgreSQL without <c>pg_basebackup</c> and <c>pg_rewind</c>.
/// </content>
internal sealed partial class PostgreSqlServer
{
    // Without the log, which the copy receives from its primary, and without what pg_basebackup leaves out. A temporary
    // file may go meanwhile.
    private const string Copy =
        """
        umask 077
        mkdir -p "$2/pg_wal"
        tar -C "$1" --exclude='./pg_wal/*' --exclude='./postmaster.*' --exclude='./pg_replslot/*' --exclude='./pg_dynshmem/*' \
            --exclude='./pg_notify/*' --exclude='./pg_serial/*' --exclude='./pg_snapshots/*' --exclude='./pg_stat_tmp/*' \
            --exclude='./pg_subtrans/*' -cf - . | tar -C "$2" -xf -
        """;

    /// <summary>
    /// Fills the empty folder of this server with the data of a running one, which it follows when it starts.
    /// </summary>
    private async Task CopyAsync(PostgreSqlServer primary)
    {
        await using var admin = await primary.OpenAdminAsync();
        await ReadAsync("SELECT pg_backup_start('copy', fast => true)::text");
        await Programs.RunAsync(Programs.AsOrdinaryUser("sh", ["-c", Copy, "copy", primary.Data, Data]));
        await Programs.WriteAsync(Data + "/backup_label", await ReadAsync("SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)"));
        await Programs.WriteAsync(Data + "/standby.signal", "");
        await File.AppendAllTextAsync(Data + "/postgresql.auto.conf", $"primary_conninfo = '{primary.Address}'{Environment.NewLine}");

        async Task<string> ReadAsync(string query)
        {
            await using var command = admin.CreateCommand();
            command.CommandText = query;
            return (string)(await command.ExecuteScalarAsync())!;
        }
    }
}
