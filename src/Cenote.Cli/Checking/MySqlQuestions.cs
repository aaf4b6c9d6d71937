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
        SHOW VARIABLES WHERE Variable_name IN ('version', 'version_comment', 'max_connections', 'max_user_connections', 'read_only',
            'innodb_lock_wait_timeout', 'lock_wait_timeout', 'wait_timeout', 'idle_transaction_timeout', 'max_statement_time', 'max_execution_time')
        """;

    public override IReadOnlyList<Leftover> Leftovers { get; } =
    [
        new("session variable", "SET SESSION sort_buffer_size = 1048576 + 4096", "SELECT @@session.sort_buffer_size"),
        new("user variable", "SET @cenote_check = 1", "SELECT @cenote_check"),
        new("sql_mode", "SET SESSION sql_mode = 'ANSI_QUOTES'", "SELECT @@session.sql_mode"),
        new("temporary table", "CREATE TEMPORARY TABLE cenote_check (id int)", "SELECT count(*) FROM cenote_check"),
        new("prepared statement", "PREPARE cenote_check FROM 'SELECT 1'", "EXECUTE cenote_check"),
        new("GET_LOCK", "SELECT GET_LOCK('cenote_check', 0)", "SELECT IS_USED_LOCK('cenote_check') = CONNECTION_ID()"),
        new("autocommit", "SET SESSION autocommit = 0", "SELECT @@session.autocommit"),
    ];

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
        var isMariaDb = variables["version"].Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        report.Add("server", isMariaDb ? "MariaDB" : "MySQL", variables["version"]);
        var isReadOnly = variables["read_only"] is not ("OFF" or "0");
        report.Add("server", "read_only", isReadOnly ? "on" : "off");
        report.Add("server", "TLS", status.GetValueOrDefault("Ssl_cipher") is { Length: > 0 } ? "yes" : "no");
        AddProxy((MySqlConnection)connection, id["id"], report);
        if (isReadOnly)
        {
            report.Find(CheckLevel.Note, "The server takes no writes (read_only). A pool for writes needs the primary; see AddReplicaSet for both.");
        }

        AddLimits(variables, status, report);
        foreach (var name in (string[])["wait_timeout", "innodb_lock_wait_timeout", "lock_wait_timeout"])
        {
            report.Add("timeouts", name, $"{variables[name]} s");
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

    private static void AddProxy(MySqlConnection connection, string id, CheckReport report)
    {
        var isProxied = id != connection.ServerThread.ToString(CultureInfo.InvariantCulture);
        report.Add("server", "proxy", isProxied ? "yes: another session answers than the login named" : "none that can be seen");
        if (isProxied)
        {
            report.Find(CheckLevel.Warning, "A proxy that keeps sessions of its own is in between. What it keeps of a session depends on it: see docs/proxies.md.");
        }
    }

    private static void AddLimits(Dictionary<string, string> variables, Dictionary<string, string> status, CheckReport report)
    {
        var (most, perUser) = (Number(variables, "max_connections"), Number(variables, "max_user_connections"));
        report.Add("limits", "max_connections", FormattableString.Invariant($"{most}"));
        if (perUser > 0)
        {
            report.Add("limits", "max_user_connections", FormattableString.Invariant($"{perUser}"));
        }

        // How many connections one user has is shown only with the right PROCESS.
        AddRoom(report, most, Number(status, "Threads_connected"), "max_connections");
        if (perUser > 0 && perUser < most)
        {
            report.Find(CheckLevel.Note, FormattableString.Invariant($"All instances of this user together have at most {perUser} connections (max_user_connections)."));
        }
    }
}
