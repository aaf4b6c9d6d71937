namespace Cenote.TestServers;

/// <content>Replication by global transaction identifiers.</content>
internal sealed partial class MariaDbServer
{
    // What a commit acknowledges outlives the death of the process, not of the machine.
    private string[] Replicated =>
    [
        $"--server-id={Port}", "--log-bin=log", "--log-slave-updates=1", "--binlog-format=ROW", "--gtid-strict-mode=1", "--relay-log=relay",
        "--innodb-flush-log-at-trx-commit=2", "--sync-binlog=0",
    ];

    /// <summary>A server that others may follow.</summary>
    internal static async Task<MariaDbServer> StartPrimaryAsync()
    {
        var server = await InstallAsync(replicates: true);
        await server.StartAsync();
        await server.FillAsync();
        return server;
    }

    /// <summary>A read-only server that follows this one from the beginning of its log.</summary>
    internal async Task<MariaDbServer> StartReplicaAsync()
    {
        var replica = await InstallAsync(replicates: true);
        (replica.Password, replica.AdminPassword) = (Password, AdminPassword);
        await replica.StartAsync(readOnly: true);
        await replica.FollowAsync(this);
        await replica.AwaitAsync((string)(await ScalarAsync("SELECT @@gtid_current_pos"))!);
        return replica;
    }

    /// <summary>Makes a primary of this replica, once it has applied all that it received.</summary>
    internal async Task PromoteAsync()
    {
        await ExecuteAsync("STOP SLAVE IO_THREAD");
        await using var admin = await OpenAdminAsync();
        await using var command = admin.CreateCommand();
        command.CommandText = "SHOW ALL SLAVES STATUS";
        string received;
        await using (var reader = await command.ExecuteReaderAsync())
        {
            await reader.ReadAsync();
            received = reader.GetString(reader.GetOrdinal("Gtid_IO_Pos"));
        }

        await AwaitAsync(received);
        await ExecuteAsync("STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = 0");
    }

    /// <summary>From now on nothing that arrives can be read.</summary>
    internal Task PauseReplayAsync() => ExecuteAsync("STOP SLAVE SQL_THREAD");

    internal Task ResumeReplayAsync() => ExecuteAsync("START SLAVE SQL_THREAD");

    /// <summary>Follows another primary.</summary>
    internal Task FollowAsync(MariaDbServer primary) => ExecuteAsync(
        "STOP SLAVE",
        string.Create(
            CultureInfo.InvariantCulture,
            $"CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {primary.Port}, MASTER_USER = 'root', MASTER_PASSWORD = '', MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos"),
        "START SLAVE");

    /// <summary>
    /// A dead primary returns as a replica. Must have no transaction that the new primary never received.
    /// </summary>
    internal async Task RejoinAsync(MariaDbServer primary)
    {
        await StartAsync(readOnly: true);

        // What it wrote itself is not a replicated transaction yet.
        await ExecuteAsync("SET GLOBAL gtid_slave_pos = @@gtid_binlog_pos");
        await FollowAsync(primary);
    }

    private async Task AwaitAsync(string position)
    {
        if (Convert.ToInt64(await ScalarAsync($"SELECT MASTER_GTID_WAIT('{position}', 30)"), CultureInfo.InvariantCulture) != 0)
        {
            throw new TimeoutException($"The replica did not come to {position} within 30 s.");
        }
    }

    private async Task<object?> ScalarAsync(string query)
    {
        await using var admin = await OpenAdminAsync();
        await using var command = admin.CreateCommand();
        command.CommandText = query;
        command.CommandTimeout = 60;
        return await command.ExecuteScalarAsync();
    }
}
