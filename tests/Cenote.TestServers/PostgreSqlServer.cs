using Cenote.Providers;
using Cenote.TestServers.Processes;
using Cenote.TestServers.Proxy;
using Npgsql;

namespace Cenote.TestServers;

internal sealed partial class PostgreSqlServer : DatabaseServer
{
    /// <summary>
    /// Logins that hang behind a silent network take places, too, and it is not known yet whether they are the
    /// administrator's.
    /// </summary>
    private const int ForAdmin = 40;

    private readonly bool _replicates;

    private PostgreSqlServer(LabDirectory directory, bool replicates)
        : base(directory) => _replicates = replicates;

    internal override string Name => "PostgreSQL";

    internal override Wire.IsRequest IsRequest => Wire.IsPostgreSqlRequest;

    internal override Work Work { get; } = new(
        "SELECT pg_backend_pid(), current_setting('cluster_name'), @nonce", "INSERT INTO notes VALUES (1)", BeginsByStatement: false);

    internal override string Hang => "SELECT pg_sleep(1000)";

    internal override string HangingQuery => "SELECT min(pid) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(1000)'";

    internal override string SessionNumber => "SELECT pg_backend_pid()";

    internal override string SessionsQuery => $"SELECT pid FROM pg_stat_activity WHERE usename = '{User}' AND application_name <> 'stranger' ORDER BY pid";

    internal override string SessionDetailsQuery =>
        $"SELECT pid, client_port, state, wait_event, now() - backend_start, now() - query_start, query FROM pg_stat_activity WHERE usename = '{User}'";

    protected override string StopSignal => "INT";

    private string Data => Directory + "/data";

    // What a commit acknowledges is in the log of a server that replicates, and its pages are whole for a process that
    // copies them.
    private string[] Durability => _replicates ? [] : ["-c", "synchronous_commit=off", "-c", "full_page_writes=off"];

    internal static Task<PostgreSqlServer> StartNewAsync() => StartNewAsync(replicates: false);

    private static async Task<PostgreSqlServer> StartNewAsync(bool replicates)
    {
        var server = new PostgreSqlServer(await LabDirectory.CreateAsync("postgresql"), replicates);
        await Programs.RunAsync(Programs.AsOrdinaryUser(
            Programs.PostgreSql("initdb"),
            ["-D", server.Data, "-U", "admin", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]));

        // The administrator needs no password to get in, the pool does; both only from this machine.
        await File.WriteAllTextAsync(server.Data + "/pg_hba.conf", $"host all,replication admin 127.0.0.1/32 trust\nhost all {User} 127.0.0.1/32 scram-sha-256\n");
        if (replicates)
        {
            await File.AppendAllTextAsync(server.Data + "/postgresql.conf", Replicated);
        }

        await server.StartAsync();

        // A server that a test kills at once keeps what is written here, and not by synchronous_commit=off.
        await server.ExecuteAsync(
            "SET synchronous_commit = on",
            $"CREATE ROLE {User} LOGIN PASSWORD '{server.Password}'",
            "CREATE TABLE notes (n int)",
            $"GRANT ALL ON notes TO {User}");
        return server;
    }

    internal override string ConnectionString(int port) =>
        $"Host=127.0.0.1;Port={port};Database=postgres;Username={User};Password={Password};Command Timeout=1;Cancellation Timeout=500;SSL Mode=Disable";

    internal override string PooledConnectionString(int port, int maxSize, int timeoutSeconds) =>
        $"{ConnectionString(port)};Maximum Pool Size={maxSize};Minimum Pool Size=2;Timeout={timeoutSeconds}";

    internal override DatabaseProvider CreateProvider(int port) => new PostgreSqlProvider(ConnectionString(port));

    internal override async Task<DbConnection> OpenAdminAsync()
    {
        var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Database=postgres;Username=admin;Pooling=false;SSL Mode=Disable");
        await connection.OpenAsync();
        return connection;
    }

    internal override async Task<DbConnection> OpenStrangerAsync()
    {
        var connection = new NpgsqlConnection($"{ConnectionString(Port)};Pooling=false;Application Name=stranger");
        await connection.OpenAsync();
        return connection;
    }

    internal override string EndSession(long session) => $"SELECT pg_terminate_backend({session})";

    internal override string Insert(int value) => $"INSERT INTO notes VALUES ({value})";

    internal override string Count(int value) => $"SELECT count(*) FROM notes WHERE n = {value}";

    protected override string ChangePassword(string password) => $"ALTER ROLE {User} PASSWORD '{password}'";

    protected override Task<ServerProcess> LaunchAsync(string incarnation, bool readOnly) => ServerProcess.StartAsync(
        Programs.PostgreSql("postgres"),
        [
            "-D", Data, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            "-c", $"max_connections={MaxConnections + ForAdmin}", "-c", $"superuser_reserved_connections={ForAdmin}", "-c", $"cluster_name={incarnation}",
            "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "autovacuum=off",

            // In its directory: what a killed server leaves in /dev/shm would stay.
            "-c", "dynamic_shared_memory_type=mmap", .. Durability,
            "-c", $"default_transaction_read_only={(readOnly ? "on" : "off")}",
        ],
        "database system is ready to accept");
}
