namespace Cenote.MySql.Replication;

/// <summary>
/// The queries about replication. Each is one round trip, and every user may read the first results of each.
/// </summary>
internal static class StatusQueries
{
    private const string ClusterState = "wsrep_provider_name', 'wsrep_ready', 'wsrep_cluster_status', 'wsrep_local_state', 'wsrep_cluster_state_uuid', 'wsrep_last_committed";

    // A Galera node without its cluster still answers SHOW, and SELECT without a table.
    private const string Status = $"; SHOW GLOBAL STATUS WHERE Variable_name IN ('{ClusterState}', 'Slaves_running')";

    /// <summary>The query for MariaDB, with six columns. Every user may read variables.</summary>
    internal const string MariaDb =
        "SELECT @@global.read_only, @@global.log_bin, @@global.gtid_current_pos, @@global.gtid_slave_pos, @@global.gtid_binlog_state, @@global.log_slave_updates";

    /// <summary>
    /// The query with a seventh column: state and last transaction of a Galera cluster, almost empty without a cluster.
    /// </summary>
    internal const string MariaDbOrGalera =
        MariaDb + ", (SELECT GROUP_CONCAT(variable_value ORDER BY variable_name) FROM information_schema.global_status WHERE variable_name IN ('WSREP_CLUSTER_STATE_UUID', 'WSREP_LAST_COMMITTED'))";

    internal const string MySql = "SELECT @@global.read_only, @@global.gtid_mode, @@global.gtid_executed";

    /// <summary>
    /// Gets the query for variables and replication states that every user may see, and for the connections to
    /// primaries if the user may see them.
    /// </summary>
    internal static string ForStatus(bool isMariaDb, string serverVersion, bool withReplicas) =>
        (isMariaDb ? MariaDb : MySql) + Status + (withReplicas ? Replicas(isMariaDb, serverVersion) : "");

    /// <summary>Gets a primary's and a replica's position, which are the same in MySQL.</summary>
    internal static (GtidPosition? OnPrimary, GtidPosition? OnReplica) Positions(DbDataReader row, bool isMariaDb)
    {
        if (isMariaDb)
        {
            // Writes without a binary log have no number. The position of a replica is not its current one, which
            // counts accidental writes there, whose numbers may exceed the primary's.
            var (current, replicated) = (row.GetString(2), row.GetString(3));

            // The log knows the last transaction of each server. A replica's may lack those of others, and anyone's
            // lacks those from before it was set up, the last of which is the replicated position.
            var history = $"{row.GetString(4)},{replicated}".Trim(',');
            var onReplica = GtidPosition.Parse(replicated);
            return (
                IsOn(row, 1) ? GtidPosition.Parse(current).WithHistory($"{history},{current}".Trim(',')) : null,
                IsOn(row, 1) && IsOn(row, 5) ? onReplica.WithHistory(history) : onReplica);
        }

        var executed = IsOn(row, 1) ? GtidPosition.Parse(row.GetString(2)) : null;
        return (executed, executed);
    }

    /// <summary>
    /// Gets whether a variable is on: not 0, OFF or OFF_PERMISSIVE. Some variables have more than two values.
    /// </summary>
    internal static bool IsOn(DbDataReader row, int column) =>
        Convert.ToString(row.GetValue(column), System.Globalization.CultureInfo.InvariantCulture) is { } text
        && !string.Equals(text, "0", StringComparison.Ordinal)
        && !text.StartsWith("OFF", StringComparison.OrdinalIgnoreCase);

    // MySQL has the new word since 8.0.22, and has lost the old one in 8.4.
    private static string Replicas(bool isMariaDb, string serverVersion) =>
        isMariaDb ? "; SHOW ALL SLAVES STATUS"
        : Version.TryParse(serverVersion.Split('-')[0], out var version) && version < new Version(8, 0, 22) ? "; SHOW SLAVE STATUS"
        : "; SHOW REPLICA STATUS";
}
