using System.Data.Common;
using System.Globalization;
using Cenote.Providers;
using Npgsql;

namespace Cenote.Cli.Checking;

/// <summary>PostgreSQL 10 and later, as an ordinary user.</summary>
internal sealed class PostgreSqlQuestions : ServerQuestions
{
    // Of pg_stat_activity an ordinary user sees little; the counts of pg_stat_database are everybody's.
    private const string Facts =
        """
        SELECT current_setting('server_version') AS version,
               CASE WHEN pg_is_in_recovery() THEN 'replica' WHEN current_setting('transaction_read_only') = 'on' THEN 'primary, read-only' ELSE 'primary' END AS role,
               current_setting('max_connections') AS max_connections,
               current_setting('superuser_reserved_connections')::int + coalesce(nullif(current_setting('reserved_connections', true), '')::int, 0) AS reserved,
               (SELECT rolconnlimit FROM pg_catalog.pg_roles WHERE rolname = session_user) AS role_limit,
               (SELECT datconnlimit FROM pg_catalog.pg_database WHERE datname = current_database()) AS database_limit,
               (SELECT sum(numbackends) FROM pg_catalog.pg_stat_database) AS in_use,
               (SELECT numbackends FROM pg_catalog.pg_stat_database WHERE datname = current_database()) AS in_use_database,
               (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE usename = session_user AND backend_type = 'client backend') AS in_use_role,
               current_setting('statement_timeout') AS statement_timeout,
               current_setting('lock_timeout') AS lock_timeout,
               current_setting('idle_in_transaction_session_timeout') AS idle_in_transaction_session_timeout,
               coalesce(current_setting('idle_session_timeout', true), '') AS idle_session_timeout,
               coalesce((SELECT ssl::text FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()), '') AS ssl,
               pg_backend_pid() AS process,
               inet_server_port() AS port,
               CASE WHEN inet_client_addr() IS NULL OR host(inet_client_addr()) LIKE '127.%' OR host(inet_client_addr()) = '::1' THEN 'local' ELSE 'remote' END AS way
        """;

    public override IReadOnlyList<Leftover> Leftovers =>
    [
        new("setting", "SET work_mem = '4321kB'", "SELECT current_setting('work_mem')"),
        new("search_path", "SET search_path = pg_catalog", "SELECT current_setting('search_path')"),
        new("temporary table", $"CREATE TEMPORARY TABLE {Name} (id int)", $"SELECT to_regclass('pg_temp.{Name}')::text"),
        new("prepared statement", $"PREPARE {Name} AS SELECT 1", $"SELECT count(*)::text FROM pg_prepared_statements WHERE name = '{Name}'"),
        new("cursor", $"BEGIN; DECLARE {Name} CURSOR WITH HOLD FOR SELECT 1; COMMIT", $"SELECT count(*)::text FROM pg_cursors WHERE name = '{Name}'"),
        new("LISTEN", $"LISTEN {Name}", $"SELECT count(*)::text FROM pg_listening_channels() AS channel WHERE channel = '{Name}'"),
        new("advisory lock", $"SELECT pg_try_advisory_lock(hashtext('{Name}'))", "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"),
        new("open transaction", "BEGIN; SELECT txid_current()", "SELECT coalesce(txid_current_if_assigned()::text, 'none')"),
    ];

    public override string SessionQuery => "SELECT pg_backend_pid()";

    public override DbDataSource NewDriverPool(string connectionString, int size, TimeSpan timeout) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = true, NoResetOnClose = false, MinPoolSize = 0, MaxPoolSize = size, Timeout = (int)timeout.TotalSeconds });

    public override string? ReadOnlyQuery => IsProxied ? null : "SELECT current_setting('transaction_read_only')";

    public override (string ConnectionString, string Statement) ToReadOnly(string connectionString, string statement)
    {
        if (IsProxied)
        {
            // A proxy's session is also that of others.
            return (connectionString, $"BEGIN READ ONLY;\n{statement.TrimEnd().TrimEnd(';')}\n;COMMIT");
        }

        // A reset goes back to the options of the login.
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var options = builder.Options ?? Environment.GetEnvironmentVariable("PGOPTIONS");
        builder.Options = $"{options} -c default_transaction_read_only=on".TrimStart();
        return (builder.ConnectionString, statement);
    }

    public override bool IsRefusedAsWrite(DbException exception) => exception.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction;

    public override DatabaseProvider NewProvider(string connectionString) => new PostgreSqlProvider(connectionString);

    public override async Task AskAsync(DbConnection connection, CheckReport report, CancellationToken cancellationToken)
    {
        var facts = await RowAsync(connection, Facts, cancellationToken);
        report.Add("server", "PostgreSQL", facts["version"]);
        report.Add("server", "role", facts["role"]);
        report.Add("server", "TLS of the server's session", facts["ssl"] switch { "true" => "yes", "false" => "no", _ => "unknown" });
        var driver = (NpgsqlConnection)connection;
        AddProxy(report, facts["process"] == driver.ProcessID.ToString(CultureInfo.InvariantCulture) ? null : "another process answers than the login named", driver.Port, facts["port"]);
        if (facts["role"] != "primary")
        {
            report.Find(CheckLevel.Note, $"The server takes no writes ({facts["role"]}). A pool for writes needs the primary; see AddReplicaSet for both.");
        }

        if (facts["ssl"] == "false" && facts["way"] == "remote" && !IsProxied)
        {
            report.Find(CheckLevel.Warning, "The connection is not encrypted. Set SSL Mode=VerifyFull.");
        }

        AddLimits(facts, report);
        foreach (var name in (string[])["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"])
        {
            report.Add("timeouts", name, facts[name] switch { "0" => "none", "" => "unknown to this version", var value => value });
        }

        if (facts["statement_timeout"] == "0")
        {
            report.Find(CheckLevel.Note, "No statement_timeout: a statement runs until it ends. QueryTimeout of the pool sets a limit, also at the server.");
        }

        if (facts["idle_in_transaction_session_timeout"] == "0")
        {
            report.Find(CheckLevel.Note, "No idle_in_transaction_session_timeout: a client that hangs in a transaction keeps its locks. LeakDetection of the pool reports such leases.");
        }
    }

    private void AddLimits(Dictionary<string, string> facts, CheckReport report)
    {
        var (most, reserved) = (Number(facts, "max_connections"), Number(facts, "reserved"));
        report.Add("limits", "max_connections", FormattableString.Invariant($"{most}, {reserved} of them reserved"));
        var (room, inUse, limit) = (most - reserved, Number(facts, "in_use"), "max_connections without the reserved ones");
        Narrow("database_limit", "in_use_database", "CONNECTION LIMIT of the database");
        Narrow("role_limit", "in_use_role", "CONNECTION LIMIT of the role");
        AddRoom(report, room, inUse, IsProxied ? limit + " at the server, without the proxy's own limits" : limit);

        // Whichever leaves the least.
        void Narrow(string name, string used, string label)
        {
            var (own, ownUse) = (Number(facts, name), Number(facts, used));
            if (own < 0)
            {
                return;
            }

            report.Add("limits", label, own.ToString(CultureInfo.InvariantCulture));
            if (own - ownUse < room - inUse)
            {
                (room, inUse, limit) = (own, ownUse, label);
            }
        }
    }
}
