using Cenote.TestServers.Processes;

namespace Cenote.TestServers;

/// <content>Streaming replication.</content>
internal sealed partial class PostgreSqlServer
{
    // In the file, since pg_rewind starts the server by itself. It wants hint bits in the log.
    private const string Replicated =
        """

        wal_log_hints = on
        wal_keep_size = 512MB
        wal_retrieve_retry_interval = 100ms
        hot_standby_feedback = on

        """;

    private string Address => string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={Port} user=admin");

    /// <summary>A server that others may follow.</summary>
    internal static Task<PostgreSqlServer> StartPrimaryAsync() => StartNewAsync(replicates: true);

    /// <summary>A server that streams from this one, from a copy of its data.</summary>
    internal async Task<PostgreSqlServer> StartReplicaAsync()
    {
        var replica = new PostgreSqlServer(await LabDirectory.CreateAsync("postgresql"), replicates: true) { Password = Password };
        if (Programs.HasPostgreSql("pg_basebackup"))
        {
            await Programs.RunAsync(Programs.AsOrdinaryUser(
                Programs.PostgreSql("pg_basebackup"), ["-d", Address, "-D", replica.Data, "-R", "-c", "fast", "-X", "stream", "--no-sync"]));
        }
        else
        {
            await replica.CopyAsync(this);
        }

        await replica.StartAsync();
        return replica;
    }

    /// <summary>Makes a primary of this replica, on a new timeline.</summary>
    internal Task PromoteAsync() => ExecuteAsync("SELECT pg_promote()");

    /// <summary>From now on nothing that arrives can be read.</summary>
    internal Task PauseReplayAsync() => ExecuteAsync("SELECT pg_wal_replay_pause()");

    internal Task ResumeReplayAsync() => ExecuteAsync("SELECT pg_wal_replay_resume()");

    /// <summary>Everything arrives at once, and can be read this much later.</summary>
    internal Task DelayReplayAsync(TimeSpan delay) => ExecuteAsync(
        string.Create(CultureInfo.InvariantCulture, $"ALTER SYSTEM SET recovery_min_apply_delay = {(int)delay.TotalMilliseconds}"), "SELECT pg_reload_conf()");

    /// <summary>A running replica follows another primary.</summary>
    internal Task FollowAsync(PostgreSqlServer primary) =>
        ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = '{primary.Address}'", "SELECT pg_reload_conf()");

    /// <summary>
    /// A dead primary returns as a replica that keeps what the new one never received, and so cannot follow it:
    /// the operator forgot pg_rewind.
    /// </summary>
    internal async Task ReturnAsItIsAsync(PostgreSqlServer primary)
    {
        // It tries once, not ten times a second: who looks at it sees the same each time.
        var settings = $"primary_conninfo = '{primary.Address}'{Environment.NewLine}wal_retrieve_retry_interval = 1h{Environment.NewLine}";
        await File.AppendAllTextAsync(Data + "/postgresql.auto.conf", settings);
        await File.WriteAllTextAsync(Data + "/standby.signal", "");
        await StartAsync();
    }

    /// <summary>A dead primary returns as a replica, and forgets what the new one never received.</summary>
    internal async Task RejoinAsync(PostgreSqlServer primary)
    {
        // Until the first checkpoint after a promotion pg_rewind takes the new primary for the old timeline.
        await primary.ExecuteAsync("CHECKPOINT");
        if (Programs.HasPostgreSql("pg_rewind"))
        {
            await Programs.RunAsync(Programs.AsOrdinaryUser(
                Programs.PostgreSql("pg_rewind"), [$"--source-server={primary.Address} dbname=postgres", $"--target-pgdata={Data}", "-R", "--no-sync"]));
        }
        else
        {
            await Programs.RunAsync(Programs.AsOrdinaryUser("rm", ["-r", Data]));
            await CopyAsync(primary);
        }

        await StartAsync();
    }
}
