using MySqlConnector;

namespace Cenote.ProviderTests.WhenDirty;

/// <summary>MariaDB with a table, a sequence, a role and functions of its own.</summary>
internal sealed class MariaDbWorld : LeakWorld
{
    private readonly string _name = Statements.UniqueName("leak");
    private readonly string _settings;

    private MariaDbWorld(string settings) => _settings = settings;

    internal override IReadOnlyList<string> Clean { get; } =
    [
        "SELECT 1",
        "SELECT id, note FROM items WHERE id IN (1, 2) ORDER BY id LIMIT 3 OFFSET 1",
        "SELECT lower(note), count(*) FROM items GROUP BY lower(note) HAVING count(*) > 1",
        "SELECT row_number() OVER (PARTITION BY id ORDER BY id) FROM items",
        "WITH c (a) AS (SELECT id FROM items) SELECT count(*) FROM c",
        "UPDATE items SET note = 'SET @x = 1' WHERE id = 2",
        "UPDATE `items` SET note = REPLACE(note, 'a', 'b'), other = IFNULL(other, 0) WHERE id = 4",
        "DELETE FROM items WHERE id = 100000",
        "SELECT \"text\", 'a''b', 'a\\nb', 0x41, 1e3, .5, N'x', _utf8mb4'x'",
        "SELECT DATE_FORMAT(NOW(), '%Y'), DATE_ADD(NOW(), INTERVAL (1) DAY), IF(1, 2, 3), CONCAT('a', 'b')",
        "SELECT EXISTS (SELECT 1 FROM items WHERE note LIKE '%a' AND NOT id IN (1)) UNION ALL SELECT 0",
        "SELECT @x, @@autocommit, @@session.sql_mode",
        "SELECT LAST_INSERT_ID(), ROW_COUNT(), FOUND_ROWS()",
        "SHOW TABLES",
        "SHOW WARNINGS",
        "SELECT * FROM items USE INDEX (PRIMARY) WHERE id = 1 FOR UPDATE",
        "SELECT * FROM items WHERE id = 1 LOCK IN SHARE MODE",
        "SELECT RAND() < 2, RAND(5), UUID() IS NULL, CONNECTION_ID() > 0, DATABASE(), CURRENT_USER()",
        "UPDATE items SET note = 'x' WHERE id = 5",
        "SELECT 'a' -- SET @x = 1\n, 'b' # SET @x = 1\n, 'c' /* SET @x = 1 */",
        "SELECT CAST('x' AS SIGNED)",
        "SAVEPOINT s",
        "ROLLBACK TO SAVEPOINT s",
        "BEGIN",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT",
        "COMMIT",
        "ROLLBACK",
    ];

    internal override IReadOnlyList<string> Dirty { get; } =
    [
        "SET @x = 1",
        "SET sql_mode = 'ANSI'",
        "SET LOCAL sql_mode = 'ANSI'",
        "SET autocommit = 0",
        "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET NAMES latin1",
        "SET time_zone = '+05:00'",
        "SET ROLE leak_role",
        "SET STATEMENT max_statement_time = 5 FOR SET @x = 1",
        "SELECT @x := 1",
        "SELECT id INTO @x FROM items WHERE id = 1",
        "SELECT 1 INTO @x",
        "SELECT LAST_INSERT_ID(7)",
        "SELECT LAST_INSERT_ID( /* why */ 7 )",
        "SELECT GET_LOCK('leak', 1)",
        "SELECT leak_note()",
        "SELECT `leak_note`()",
        "SELECT lower (1)",
        "CALL leak_call()",
        "CALL leak_call",
        "DO LAST_INSERT_ID(7)",
        "CREATE TEMPORARY TABLE leak_t (a int)",
        "PREPARE leak_p FROM 'SELECT 1'",
        "EXECUTE IMMEDIATE 'SET @x = 1'",
        "BEGIN NOT ATOMIC SET @x = 1; END",
        "HANDLER items OPEN AS leak_h",
        "LOCK TABLES items READ",
        "FLUSH TABLES items WITH READ LOCK",
        "USE information_schema",
        "INSERT INTO items (note) VALUES ('new')",
        "INSERT items (note) VALUES ('new')",
        "REPLACE INTO items (note) VALUES ('new')",
        "INSERT INTO items (note) SELECT 'new'",
        "SELECT NEXTVAL(numbers)",
        "SELECT NEXT VALUE FOR numbers",
        "COMMIT AND CHAIN",
        "SELECT SQL_CALC_FOUND_ROWS id FROM items LIMIT 1",
        "SELECT CAST('secret' AS DATE)",
        "SELECT no_such_column",
        "SELEC 1",
        "SET @x = 1; SELECT no_such_column",
    ];

    internal override IReadOnlyList<string> Disguises { get; } =
    [
        "SELECT 1; {0}",
        "; ;{0};",
        "/* why */{0}",
        "/*! {0} */",
        "/*!50100 {0} */",
        "/*M! {0} */",
        "SELECT 1 /* /* */; {0} -- */",
        "-- why\n{0}",
        "# why\n{0}",
        "SELECT 1 --\n; {0}",
        "SELECT 'a\\''; {0}; -- '",
        "SELECT 'a\\\\'; {0}; -- '",
        "SELECT \"a'\"; {0}; -- '",
        "SELECT \"a\\\"\"; {0}; -- \"",
        "SELECT 1 AS `a``; -- `; {0}",
        "SELECT 1 /* ' */; {0}; -- '",
        "SELECT _utf8mb4'a'; {0}",
        "SHOW TABLES;{0}",
    ];

    internal override string NothingPrepared => "HY00042S020";

    // Without pipelining the driver resets, and the pool does not see the server's answers.
    internal override bool SavesResets => !_settings.Contains("Pipelining", StringComparison.Ordinal);

    private string ConnectionString =>
        new MySqlConnectionStringBuilder(RealServers.MySql + _settings) { Database = _name, AllowUserVariables = true }.ConnectionString;

    internal static async Task<MariaDbWorld> CreateAsync(string settings)
    {
        var world = new MariaDbWorld(settings);
        await using var administration = new ConnectionPoolBuilder().UseMySql(RealServers.MySql + ";Allow User Variables=true").WithSize(0, 1).Build();
        await administration.ExecuteAsync(
            $"CREATE DATABASE {world._name}",
            $"USE {world._name}; CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, note varchar(200), other int); INSERT INTO items (note) SELECT 'note' FROM seq_1_to_5; " +
            "CREATE TABLE leak_t (a int); CREATE SEQUENCE numbers; CREATE ROLE IF NOT EXISTS leak_role; GRANT leak_role TO CURRENT_USER",
            $"USE {world._name}; CREATE FUNCTION leak_note() RETURNS int BEGIN SET @x = 1; RETURN 1; END",
            $"USE {world._name}; CREATE FUNCTION lower(a int) RETURNS int BEGIN SET @x = 1; RETURN 1; END",
            $"USE {world._name}; CREATE PROCEDURE leak_call() SET @x = 1");
        return world;
    }

    internal override ConnectionPool NewPool() => new ConnectionPoolBuilder().UseMySql(ConnectionString).WithResetMode(ResetMode.WhenDirty)
        .Configure(static options => options.WhenDirty.HarmlessFunctions = ["IS_USED_LOCK"]).WithSize(0, 1).Build();

    internal override async Task<string> ObserveAsync(PooledConnection connection)
    {
        var warnings = await connection.ScalarAsync("SELECT @@warning_count");
        var session = await TryAsync(connection, """
            SELECT CONCAT_WS('\n',
              (SELECT GROUP_CONCAT(variable_name, '=', variable_value ORDER BY variable_name SEPARATOR ' ') FROM information_schema.session_variables
                WHERE variable_name NOT IN ('TIMESTAMP', 'PSEUDO_THREAD_ID', 'LAST_GTID', 'RAND_SEED1', 'RAND_SEED2', 'WARNING_COUNT', 'ERROR_COUNT', 'GTID_BINLOG_POS', 'GTID_CURRENT_POS')),
              'variables', (SELECT GROUP_CONCAT(variable_name) FROM information_schema.user_variables),
              DATABASE(), USER(), CURRENT_ROLE(), LAST_INSERT_ID(), @@in_transaction, IS_USED_LOCK('leak'), 'sequence', LASTVAL(numbers), 'temporary', (SELECT COUNT(*) FROM leak_t), 'locked', (SELECT COUNT(*) > 0 FROM items))
            """);
        return $"{warnings}\n{session}";
    }

    // Only failures tell that nothing is prepared or open.
    internal override async Task<string> ObserveDirtilyAsync(PooledConnection connection) =>
        await TryAsync(connection, "EXECUTE leak_p") + await TryAsync(connection, "HANDLER leak_h READ FIRST") + await TryAsync(connection, "SELECT COUNT(*) - COUNT(*) FROM items");

    public override async ValueTask DisposeAsync()
    {
        await using var administration = new ConnectionPoolBuilder().UseMySql(RealServers.MySql + ";Allow User Variables=true").WithSize(0, 1).Build();
        await administration.ExecuteAsync($"DROP DATABASE {_name}");
    }
}
