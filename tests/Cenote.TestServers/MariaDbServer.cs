using Cenote.Providers;
using Cenote.TestServers.Processes;
using Cenote.TestServers.Proxy;
using MySqlConnector;

namespace Cenote.TestServers;

internal sealed partial class MariaDbServer : DatabaseServer
{
    // The administrator has a door of its own, which a crowd at the other one does not bar.
    private readonly int _adminPort = FreePort.Take();

    private readonly bool _replicates;
    private string[] _options = [];

    private MariaDbServer(LabDirectory directory, bool replicates)
        : base(directory) => _replicates = replicates;

    internal override string Name => "MariaDB";

    internal override Wire.IsRequest IsRequest => Wire.IsMySqlRequest;

    internal override Work Work { get; } = new(
        "SELECT connection_id(), @@report_host, @nonce", "INSERT INTO lab.notes VALUES (1)", BeginsByStatement: true);

    internal override string Hang => "SELECT sleep(1000)";

    internal override string HangingQuery => "SELECT min(id) FROM information_schema.processlist WHERE info = 'SELECT sleep(1000)'";

    internal override string SessionNumber => "SELECT connection_id()";

    internal override string SessionsQuery => $"SELECT id FROM information_schema.processlist WHERE user = '{User}' ORDER BY id";

    internal override string SessionDetailsQuery =>
        $"SELECT id, host, command, time_ms, state, info FROM information_schema.processlist WHERE user = '{User}'";

    protected override string StopSignal => "TERM";

    // A directory for temporary files, too: a server that starts deletes whatever it finds in /tmp that another one has
    // there.
    private string Data => Directory + "/data";

    internal static async Task<MariaDbServer> StartNewAsync(params string[] options)
    {
        var server = await InstallAsync(replicates: false);
        server._options = options;
        await server.StartAsync();
        await server.FillAsync();
        return server;
    }

    private static async Task<MariaDbServer> InstallAsync(bool replicates)
    {
        var server = new MariaDbServer(await LabDirectory.CreateAsync("mariadb"), replicates);
        await Programs.RunAsync(Programs.AsOrdinaryUser(
            "mariadb-install-db",
            [
                "--no-defaults", $"--datadir={server.Data}", $"--tmpdir={server.Directory}", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
                "--innodb-log-file-size=32M", "--innodb-buffer-pool-size=32M",
            ]));
        return server;
    }

    private Task FillAsync() => ExecuteAsync(
        "CREATE DATABASE lab",
        "CREATE TABLE lab.notes (n int)",
        $"CREATE USER {User}@'%' IDENTIFIED BY '{Password}'",
        $"CREATE USER stranger@'%' IDENTIFIED BY '{AdminPassword}'",
        $"GRANT ALL ON lab.* TO {User}@'%'");

    // Without a cancellation timeout the driver sends no KILL QUERY for a statement that timed out, but closes the
    // socket. Its way of sending one races with the closing of the connection and ends the whole process
    // (mysql-net/MySqlConnector issues 1213, 1506, 1553; seen with 2.6.2).
    internal override string ConnectionString(int port) =>
        $"Server=127.0.0.1;Port={port};Database=lab;User ID={User};Password={Password};Default Command Timeout=1;Cancellation Timeout=-1;SSL Mode=None;Allow Public Key Retrieval=true";

    internal override string PooledConnectionString(int port, int maxSize, int timeoutSeconds) =>
        $"{ConnectionString(port)};Maximum Pool Size={maxSize};Minimum Pool Size=2;Connection Timeout={timeoutSeconds}";

    internal override DatabaseProvider CreateProvider(int port) => new MySqlProvider(ConnectionString(port));

    internal override Task<DbConnection> OpenAdminAsync() => OpenAsync(_adminPort, "root", "");

    internal override Task<DbConnection> OpenStrangerAsync() => OpenAsync(Port, "stranger", AdminPassword);

    internal override string EndSession(long session) => $"KILL {session}";

    internal override string Insert(int value) => $"INSERT INTO lab.notes VALUES ({value})";

    internal override string Count(int value) => $"SELECT count(*) FROM lab.notes WHERE n = {value}";

    protected override string ChangePassword(string password) => $"ALTER USER {User}@'%' IDENTIFIED BY '{password}'";

    protected override Task<ServerProcess> LaunchAsync(string incarnation, bool readOnly) => ServerProcess.StartAsync(
        Programs.MariaDb,
        [
            "--no-defaults", $"--datadir={Data}", $"--tmpdir={Directory}", $"--port={Port}", "--bind-address=127.0.0.1", $"--socket={Directory}/s", $"--pid-file={Directory}/pid",
            "--skip-name-resolve", $"--max-connections={MaxConnections}", $"--extra-port={_adminPort}", $"--report-host={incarnation}", $"--read-only={(readOnly ? "1" : "0")}",
            "--innodb-log-file-size=32M", "--innodb-buffer-pool-size=32M", "--extra-max-connections=20",
            .. _replicates ? Replicated : ["--innodb-flush-log-at-trx-commit=0"],
            .. _options,
        ],
        "ready for connections");

    private static async Task<DbConnection> OpenAsync(int port, string user, string password)
    {
        var connection = new MySqlConnection($"Server=127.0.0.1;Port={port};User ID={user};Password={password};Pooling=false;Allow User Variables=true;SSL Mode=None;Allow Public Key Retrieval=true");
        await connection.OpenAsync();
        return connection;
    }
}
