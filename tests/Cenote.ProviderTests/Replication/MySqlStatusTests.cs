using static Cenote.ProviderTests.Replication.ScriptedServer;

namespace Cenote.ProviderTests.Replication;

/// <summary>What MySQL and Galera answer, by their manuals. Replicas of MariaDB are real ones elsewhere.</summary>
public sealed class MySqlStatusTests : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    private readonly MySqlProvider _provider = new("Server=127.0.0.1");

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Theory]
    [InlineData("8.4.3", "SHOW REPLICA STATUS")]
    [InlineData("8.0.22", "SHOW REPLICA STATUS")]
    [InlineData("8.0.21-log", "SHOW SLAVE STATUS")]
    [InlineData("5.7.44", "SHOW SLAVE STATUS")]
    [InlineData("5.5.5-10.11.6-MariaDB-log", "SHOW ALL SLAVES STATUS")]
    public async Task Each_server_is_asked_in_its_own_words(string version, string expected)
    {
        var server = new ScriptedServer(
            version, version.Contains("MariaDB", StringComparison.Ordinal) ? MariaDb() : MySql(isReadOnly: 0), Variables(), NoReplicas());
        await _provider.ReadStatusAsync(server, TestContext.Current.CancellationToken);
        Assert.EndsWith($"; {expected}", Assert.Single(server.Questions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_writable_MySQL_server_without_a_primary_is_one()
    {
        var status = await ReadAsync(MySql(isReadOnly: 0), Variables(), NoReplicas());
        Assert.Equal(ServerRole.Primary, status.Role);
        Assert.Equal($"{Uuid}:1-5:7", status.Position?.ToString());
        Assert.Null(status.Lag);
        Assert.False(status.IsMultiPrimary);
    }

    [Theory]
    [InlineData(1, "Yes", "Yes", 3L, ServerRole.Replica)]
    [InlineData(1, "Connecting", "Yes", null, ServerRole.Replica)]
    [InlineData(1, "No", "No", null, ServerRole.Replica)]
    [InlineData(0, "Yes", "Yes", 0L, ServerRole.Replica)]
    [InlineData(0, "Connecting", "Yes", null, ServerRole.Replica)]
    [InlineData(0, "No", "Yes", null, ServerRole.Replica)]
    [InlineData(0, "No", "No", null, ServerRole.Unknown)]
    public async Task A_follower_is_a_replica_and_a_stopped_writable_one_has_no_role(
        int isReadOnly, string receives, string applies, long? seconds, ServerRole expected)
    {
        var replica = Row(
            ("Replica_IO_Running", receives), ("Replica_SQL_Running", applies), ("Seconds_Behind_Source", seconds), ("Channel_Name", ""));
        var status = await ReadAsync(MySql(isReadOnly), Variables(), replica);
        Assert.Equal(expected, status.Role);
        Assert.Equal(seconds is { } known ? TimeSpan.FromSeconds(known) : null, status.Lag);
        Assert.Equal(expected == ServerRole.Unknown ? null : $"{Uuid}:1-5:7", status.Position?.ToString());
    }

    [Fact]
    public async Task A_channel_of_group_replication_makes_no_replica_of_a_primary()
    {
        var channel = Row(("Replica_IO_Running", "Yes"), ("Replica_SQL_Running", "Yes"), ("Seconds_Behind_Source", 0L), ("Channel_Name", "group_replication_applier"));
        Assert.Equal(ServerRole.Primary, (await ReadAsync(MySql(isReadOnly: 0), Variables(), channel)).Role);
        Assert.Equal(ServerRole.Replica, (await ReadAsync(MySql(isReadOnly: 1), Variables(), channel)).Role);
    }

    [Theory]
    [InlineData("OFF")]
    [InlineData("OFF_PERMISSIVE")]
    public async Task Without_transaction_identifiers_the_position_is_unknown(string mode)
    {
        var server = new ScriptedServer("8.4.3", MySql(isReadOnly: 0, mode), Variables(), NoReplicas());
        Assert.Null((await _provider.ReadStatusAsync(server, TestContext.Current.CancellationToken)).Position);
        Assert.Null(_provider.ReadPosition(server, Timeout));
    }

    [Theory]
    [InlineData("ON", "Primary", "4", 0, ServerRole.Primary)]
    [InlineData("ON", "Primary", "4", 1, ServerRole.Replica)]
    [InlineData("ON", "Primary", "2", 0, ServerRole.Unknown)]
    [InlineData("ON", "non-Primary", "4", 0, ServerRole.Unknown)]
    [InlineData("OFF", "Primary", "4", 0, ServerRole.Unknown)]
    [InlineData("OFF", "Disconnected", "0", 0, ServerRole.Unknown)]
    public async Task A_Galera_node_takes_writes_like_every_other_while_it_is_in_step(string ready, string cluster, string state, int isReadOnly, ServerRole expected)
    {
        var status = await ReadMariaDbAsync(
            MariaDb(isReadOnly),
            Variables(
                ("wsrep_provider_name", "Galera"), ("wsrep_ready", ready), ("wsrep_cluster_status", cluster), ("wsrep_local_state", state),
                ("wsrep_cluster_state_uuid", Uuid), ("wsrep_last_committed", "42")));
        Assert.Equal(expected, status.Role);
        Assert.Equal(expected == ServerRole.Primary, status.IsMultiPrimary);
        Assert.Equal(Uuid, status.ClusterId);
        Assert.Equal(expected == ServerRole.Unknown ? null : $"{Uuid}:1-42", status.Position?.ToString());
    }

    [Fact]
    public async Task A_node_that_never_joined_a_cluster_is_nothing()
    {
        var status = await ReadMariaDbAsync(
            MariaDb(),
            Variables(("wsrep_provider_name", "Galera"), ("wsrep_ready", "OFF"), ("wsrep_cluster_status", "Disconnected"), ("wsrep_cluster_state_uuid", ""), ("wsrep_last_committed", "-1")));
        Assert.Equal(ServerStatus.Unknown, status);
    }

    [Fact]
    public async Task A_MariaDB_server_with_unused_cluster_support_counts_by_domains()
    {
        var status = await ReadMariaDbAsync(
            MariaDb(), Variables(("Slaves_running", "0"), ("wsrep_provider_name", ""), ("wsrep_cluster_state_uuid", ""), ("wsrep_last_committed", "18446744073709551615")));
        Assert.Equal(ServerRole.Primary, status.Role);
        Assert.Equal("0-1-42", status.Position?.ToString());
    }

    [Fact]
    public void A_position_alone_is_a_clusters_where_there_is_one()
    {
        var node = new ScriptedServer("5.5.5-10.11.6-MariaDB", MariaDb(cluster: $"{Uuid},42"));
        Assert.Equal($"{Uuid}:1-42", _provider.ReadPosition(node, Timeout)?.ToString());

        var alone = new ScriptedServer("5.5.5-10.11.6-MariaDB", MariaDb(cluster: ",18446744073709551615"));
        Assert.Equal("0-1-42", _provider.ReadPosition(alone, Timeout)?.ToString());
    }

    [Fact]
    public void A_replica_does_not_count_what_was_written_on_it_by_mistake()
    {
        var replica = new ScriptedServer("5.5.5-10.11.6-MariaDB", MariaDb(isReadOnly: 1, cluster: ","));
        Assert.Equal("0-1-40", _provider.ReadPosition(replica, Timeout)?.ToString());
    }

    [Theory]
    [InlineData(0.001, 1)]
    [InlineData(1.5, 2)]
    [InlineData(30, 30)]
    public void A_blocking_question_for_a_position_has_the_timeout_of_the_caller(double seconds, int expected)
    {
        var server = new ScriptedServer("8.4.3", MySql(isReadOnly: 0));
        Assert.NotNull(_provider.ReadPosition(server, TimeSpan.FromSeconds(seconds)));
        Assert.Equal(expected, server.LastTimeout);
    }

    private ValueTask<ServerStatus> ReadAsync(params DataTable[] results) =>
        _provider.ReadStatusAsync(new ScriptedServer("8.4.3", results), TestContext.Current.CancellationToken);

    private ValueTask<ServerStatus> ReadMariaDbAsync(DataTable row, DataTable variables) =>
        _provider.ReadStatusAsync(new ScriptedServer("5.5.5-10.11.6-MariaDB", row, variables, NoReplicas()), TestContext.Current.CancellationToken);

    private static DataTable MySql(long isReadOnly, string mode = "ON") =>
        Row(("@@global.read_only", isReadOnly), ("@@global.gtid_mode", mode), ("@@global.gtid_executed", $"{Uuid}:1-5:7"));

    private static DataTable MariaDb(long isReadOnly = 0, string? cluster = null)
    {
        (string, object?)[] row =
            [("@@global.read_only", isReadOnly), ("@@global.log_bin", 1L), ("@@global.gtid_current_pos", "0-1-42"), ("@@global.gtid_slave_pos", "0-1-40"), ("@@global.gtid_binlog_state", "0-1-42"), ("@@global.log_slave_updates", 1L)];
        return Row(cluster is null ? row : [.. row, ("cluster", cluster)]);
    }

    private static DataTable NoReplicas()
    {
        var replicas = Row(("Slave_IO_Running", "Yes"), ("Slave_SQL_Running", "Yes"), ("Seconds_Behind_Master", 0L));
        replicas.Clear();
        return replicas;
    }
}
