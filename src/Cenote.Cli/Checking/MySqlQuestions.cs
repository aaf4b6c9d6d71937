using System.Data.Common;
using System.Globalization;
using Cenote.Providers;
using MySqlConnector;

namespace Cenote.Cli.Checking;

/// <summary>MySQL and MariaDB, as an ordinary user.</summary>
internal sealed class MySqlQuestions : ServerQuestions
{
    private const string Variables =
        """
        SHOW VARIABLES WHERE Variable_name IN ('version', 'port', 'max_connections', 'max_user_connections', 'read_only',
            'innodb_lock_wait_timeout', 'lock_wait_timeout', 'wait_timeout', 'idle_transaction_timeout', 'max_statement_time', 'max_execution_time')
        """;

    public override IReadOnlyList<Leftover> Leftovers =>
    [
        new("session variable", "SET SESSION sort_buffer_size = 1048576 + 4096", "SELECT @@session.sort_buffer_size"),
        new("user variable", $"SET @{Name} = 1", $"SELECT @{Name}"),
        new("sql_mode", "SET SESSION sql_mode = 'ANSI_QUOTES'", "SELECT @@session.sql_mode"),
        new("temporary table", $"CREATE TEMPORARY TABLE {Name} (id int)", $"SELECT count(*) FROM {Name}"),
        new("prepared statement", $"PREPARE {Name} FROM 'SELECT 1'", $"EXECUTE {Name}"),
        new("GET_LOCK", $"SELECT GET_LOCK('{Name}', 0)", $"SELECT coalesce(IS_USED_LOCK('{Name}') = CONNECTION_ID(), 0)"),
        new("autocommit", "SET SESSION autocommit = 0", "SELECT @@session.autocommit"),
    ];

    public override string SessionQuery => "SELECT CONNECTION_ID()";

    public override DbDataSource NewDriverPool(string connectionString, int size, TimeSpan timeout) => new MySqlDataSource(new MySqlConnectionStringBuilder(connectionString)
    {
        Pooling = true,
        ConnectionReset = true,
        AllowUserVariables = true,
        MinimumPoolSize = 0,
        MaximumPoolSize = (uint)size,
        ConnectionTimeout = (uint)timeout.TotalSeconds,
    }.ConnectionString);

    // A reset takes back what was set in a session, so each execution sets it again, in the same request. A statement
    // that defines data ends a transaction, but not this setting. A proxy's session is also that of others.
    public override (string ConnectionString, string Statement) ToReadOnly(string connectionString, string statement) =>
        (connectionString, $"{(IsProxied ? "START TRANSACTION READ ONLY" : "SET SESSION TRANSACTION READ ONLY")};\n{statement}");

    public override bool IsRefusedAsWrite(DbException exception) => exception is MySqlException { ErrorCode: MySqlErrorCode.CannotExecuteInReadOnlyTransaction };

    public override DatabaseProvider NewProvider(string connectionString)
    {
        // The driver refuses the user variable of a leftover otherwise.
        var builder = SafeConnectionString.Parse(new MySqlConnectionStringBuilder(), connectionString, AddressKind.Server);
        builder.AllowUserVariables = true;
        return new MySqlProvider(builder.ConnectionString);
    }

    public override async Task AskAsync(DbConnection connection, CheckReport report, CancellationToken cancellationToken)
    {
        var variables = await PairsAsync(connection, Variables, cancellationToken);
        var status = await PairsAsync(connection, "SHOW STATUS WHERE Variable_name IN ('Threads_connected', 'Ssl_cipher')", cancellationToken);
        var id = await RowAsync(connection, "SELECT CONNECTION_ID() AS id", cancellationToken);
        var isMariaDb = variables.GetValueOrDefault("version", "").Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        report.Add("server", isMariaDb ? "MariaDB" : "MySQL", variables.GetValueOrDefault("version", ""));
        var isReadOnly = variables.GetValueOrDefault("read_only") is not (null or "OFF" or "0");
        report.Add("server", "read_only", isReadOnly ? "on" : "off");
        report.Add("server", "TLS", status.GetValueOrDefault("Ssl_cipher") is { Length: > 0 } ? "yes" : "no");
        var driver = (MySqlConnection)connection;
        var address = new MySqlConnectionStringBuilder(driver.ConnectionString);
        AddProxy(
            report,
            id["id"] == driver.ServerThread.ToString(CultureInfo.InvariantCulture) ? null : "another session answers than the login named",
            (int)address.Port,
            address.ConnectionProtocol == MySqlConnectionProtocol.Sockets && !IsUnixSocket(address.Server) ? variables.GetValueOrDefault("port", "") : "");
        if (isReadOnly)
        {
            report.Find(CheckLevel.Note, "The server takes no writes (read_only). A pool for writes needs the primary; see AddReplicaSet for both.");
        }

        AddLimits(variables, status, report);
        foreach (var name in (string[])["wait_timeout", "innodb_lock_wait_timeout", "lock_wait_timeout"])
        {
            report.Add("timeouts", name, variables.TryGetValue(name, out var seconds) ? $"{seconds} s" : "unknown to this server");
        }

        var longest = isMariaDb ? ("max_statement_time", "s") : ("max_execution_time", "ms");
        AddTimeout(longest.Item1, longest.Item2, "a statement runs until it ends. QueryTimeout of the pool sets a limit, also at the server.");
        if (isMariaDb)
        {
            AddTimeout("idle_transaction_timeout", "s", "a client that hangs in a transaction keeps its locks. LeakDetection of the pool reports such leases.");
        }

        void AddTimeout(string name, string unit, string consequence)
        {
            var isSet = double.TryParse(variables.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0;
            report.Add("timeouts", name, isSet ? FormattableString.Invariant($"{value} {unit}") : "none");
            if (!isSet)
            {
                report.Find(CheckLevel.Note, $"No {name}: {consequence}");
            }
        }
    }

    /// <summary>Returns whether the driver takes the text for the path of a socket.</summary>
    private static bool IsUnixSocket(string server) => server.StartsWith('/') || server.StartsWith("./", StringComparison.Ordinal);

    private static void AddLimits(Dictionary<string, string> variables, Dictionary<string, string> status, CheckReport report)
    {
        var (most, perUser) = (Number(variables, "max_connections"), Number(variables, "max_user_connections"));
        report.Add("limits", "max_connections", FormattableString.Invariant($"{most}"));
        if (perUser > 0)
        {
            report.Add("limits", "max_user_connections", FormattableString.Invariant($"{perUser}"));
        }

        // How many connections one user has is shown only with the right PROCESS.
        var isPerUser = perUser > 0 && perUser < most;
        AddRoom(report, isPerUser ? perUser : most, isPerUser ? 1 : Number(status, "Threads_connected"), isPerUser ? "max_user_connections; those of the user's other clients are not known" : "max_connections");
    }
}
