namespace Cenote.SharedBudget.Stores;

/// <summary>The statements of a database family.</summary>
internal sealed class DatabaseDialect
{
    internal static DatabaseDialect PostgreSql { get; } = new()
    {
        Family = "PostgreSQL",
        LongestLabel = 63,
        FindTable = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('cenote_budgets')",
        CreateTable = "CREATE TABLE IF NOT EXISTS cenote_budgets (name text PRIMARY KEY, version text NOT NULL, content text NOT NULL)",
        ReadTable = """
            SELECT b.version, b.content, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, floor(extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint::text
            FROM (SELECT 1) AS one LEFT JOIN cenote_budgets AS b ON b.name = @name
            """,
        InsertTable = "INSERT INTO cenote_budgets (name, version, content) VALUES (@name, @version, @content) ON CONFLICT DO NOTHING",
        UpdateTable = """
            UPDATE cenote_budgets SET version = @version, content = @content
            WHERE name = @name AND version = @read AND floor(extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint::text = @epoch
            """,
        CountSessions = """
            SELECT right(application_name, 17), count(*) FROM pg_stat_activity
            WHERE application_name LIKE @label AND (backend_type IS NULL OR backend_type = 'client backend') GROUP BY 1
            """,
        EndSessions = """
            SELECT count(*) FROM (
                SELECT pid FROM pg_stat_activity
                WHERE application_name LIKE @label AND state = 'idle' AND (backend_type IS NULL OR backend_type = 'client backend')
                ORDER BY state_change LIMIT {0}) AS idle
            WHERE pg_terminate_backend(pid)
            """,

        // A commit that a crash may lose would be a grant given twice. The start time does not change where only a
        // process of the server has crashed.
        BeginSession = "SET synchronous_commit = on",
    };

    internal static DatabaseDialect MySql { get; } = new()
    {
        Family = "MySQL or MariaDB",
        LongestLabel = 200,
        FindTable = "SELECT count(*) = 2 FROM information_schema.tables WHERE table_schema = database() AND table_name IN ('cenote_budgets', 'cenote_budget_life')",
        CreateTable = "CREATE TABLE IF NOT EXISTS cenote_budgets (name varchar(200) COLLATE utf8mb4_bin PRIMARY KEY, version varchar(40) NOT NULL, content mediumtext NOT NULL) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4",

        // Empty after each start of the server, whose settings may let a crash lose the last commits. A replica has a
        // copy of the life, but another id or host.
        CreateLife = "CREATE TABLE IF NOT EXISTS cenote_budget_life (id int PRIMARY KEY, life varchar(40) NOT NULL) ENGINE = MEMORY",
        InsertLife = "INSERT IGNORE INTO cenote_budget_life (id, life) VALUES (1, @life)",
        ReadTable = """
            SELECT b.version, b.content, CAST(FLOOR(UNIX_TIMESTAMP(SYSDATE(3)) * 1000) AS SIGNED), (SELECT CONCAT(CONVERT(life USING utf8mb4), '/', @@global.server_id, '/', @@hostname) FROM cenote_budget_life)
            FROM (SELECT 1) AS one LEFT JOIN cenote_budgets AS b ON b.name = @name
            """,
        InsertTable = "INSERT IGNORE INTO cenote_budgets (name, version, content) VALUES (@name, @version, @content)",
        UpdateTable = """
            UPDATE cenote_budgets SET version = @version, content = @content
            WHERE name = @name AND version = @read
                AND (SELECT CONCAT(CONVERT(life USING utf8mb4), '/', @@global.server_id, '/', @@hostname) FROM cenote_budget_life) = @epoch
            """,
        CanCount = "SELECT @@performance_schema",
        CountSessions = """
            SELECT RIGHT(ATTR_VALUE, 17), COUNT(*) FROM performance_schema.session_account_connect_attrs
            WHERE ATTR_NAME = 'program_name' AND ATTR_VALUE LIKE @label GROUP BY 1
            """,
        FindSessions = """
            SELECT p.ID FROM performance_schema.session_account_connect_attrs AS a JOIN information_schema.PROCESSLIST AS p ON p.ID = a.PROCESSLIST_ID
            WHERE a.ATTR_NAME = 'program_name' AND a.ATTR_VALUE LIKE @label AND p.COMMAND = 'Sleep' ORDER BY p.TIME DESC
            """,
        IsSessionIdle = """
            SELECT COUNT(*) FROM performance_schema.session_account_connect_attrs AS a JOIN information_schema.PROCESSLIST AS p ON p.ID = a.PROCESSLIST_ID
            WHERE a.ATTR_NAME = 'program_name' AND a.ATTR_VALUE LIKE @label AND p.COMMAND = 'Sleep' AND p.ID = {0}
            """,
        EndSession = "KILL {0}",
    };

    internal required string Family { get; init; }

    /// <summary>Gets the length to which the server cuts the name of an application.</summary>
    internal required int LongestLabel { get; init; }

    internal required string FindTable { get; init; }

    internal required string CreateTable { get; init; }

    /// <summary>
    /// Gets what creates the table with the life of the server; <see langword="null"/> where the server itself tells
    /// it.
    /// </summary>
    internal string? CreateLife { get; init; }

    internal string? InsertLife { get; init; }

    internal required string ReadTable { get; init; }

    internal required string InsertTable { get; init; }

    internal required string UpdateTable { get; init; }

    /// <summary>Gets the question whether the server counts sessions by label; <see langword="null"/> where it always
    /// does.</summary>
    internal string? CanCount { get; init; }

    internal required string CountSessions { get; init; }

    /// <summary>Gets what a session of the budget begins with; <see langword="null"/> for nothing.</summary>
    internal string? BeginSession { get; init; }

    /// <summary>
    /// Gets what ends so many sessions of a label that are idle and in no transaction, and returns how many; <see
    /// langword="null"/> where one statement cannot.
    /// </summary>
    internal string? EndSessions { get; init; }

    /// <summary>Gets the idle sessions of a label, the longest idle first.</summary>
    internal string? FindSessions { get; init; }

    /// <summary>Gets the question whether a session is still idle.</summary>
    internal string? IsSessionIdle { get; init; }

    internal string? EndSession { get; init; }
}
