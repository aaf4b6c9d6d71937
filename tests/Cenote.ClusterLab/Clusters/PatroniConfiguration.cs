using Cenote.TestServers.Processes;

namespace Cenote.ClusterLab.Clusters;

/// <summary>What one Patroni needs to know. YAML takes JSON's braces, which keeps it short.</summary>
internal static class PatroniConfiguration
{
    /// <summary>
    /// How long a leader may be silent, how often Patroni looks, how long it tries to reach etcd: in seconds, the least
    /// that Patroni 3.0 gets along with.
    /// </summary>
    internal const string Times = "ttl: 8, loop_wait: 1, retry_timeout: 3";

    /// <remarks>
    /// A killed process loses nothing that was written to the file system, so that fsync may be off. pg_rewind needs
    /// full_page_writes at its source and hint bits or checksums in the log.
    /// </remarks>
    internal static string For(string directory, string name, int port, int restPort, int etcdPort, bool isSynchronous) => $$"""
        scope: lab
        name: {{name}}
        restapi: {listen: "127.0.0.1:{{restPort}}", connect_address: "127.0.0.1:{{restPort}}"}
        etcd3: {hosts: "127.0.0.1:{{etcdPort}}"}
        watchdog: {mode: "off"}
        bootstrap:
          dcs:
            { {{Times}}, maximum_lag_on_failover: 16777216, synchronous_mode: {{(isSynchronous ? "true" : "false")}},
              postgresql: { use_pg_rewind: true, parameters: { max_connections: 100, fsync: "off", wal_log_hints: "on", shared_buffers: "16MB", autovacuum: "off", dynamic_shared_memory_type: mmap } } }
          initdb: [ {encoding: UTF8}, {locale: C} ]
        postgresql:
          listen: "127.0.0.1:{{port}}"
          connect_address: "127.0.0.1:{{port}}"
          data_dir: {{directory}}/{{name}}
          bin_dir: {{Path.GetDirectoryName(Programs.PostgreSql("postgres"))}}
          pgpass: {{directory}}/{{name}}.pgpass
          pg_hba:
            - host all admin,rewinder 127.0.0.1/32 trust
            - host replication replicator 127.0.0.1/32 trust
            - host all worker 127.0.0.1/32 scram-sha-256
          authentication: { superuser: {username: admin}, replication: {username: replicator}, rewind: {username: rewinder} }
          parameters: { unix_socket_directories: "" }
        """;
}
