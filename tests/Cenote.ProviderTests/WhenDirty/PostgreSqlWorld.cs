using Cenote.ProviderTests.PostgreSql;

namespace Cenote.ProviderTests.WhenDirty;

/// <summary>PostgreSQL with a table, a sequence, roles and functions of its own.</summary>
internal sealed class PostgreSqlWorld : LeakWorld
{
    private readonly OwnDatabase _database;
    private readonly SessionReset _reset;
    private readonly string _settings;

    private PostgreSqlWorld(OwnDatabase database, SessionReset reset, string settings)
    {
        _database = database;
        _reset = reset;
        _settings = settings;
    }

    internal override IReadOnlyList<string> Clean { get; } =
    [
        "SELECT 1",
        "SELECT id, note FROM items WHERE id IN (1, 2) ORDER BY id LIMIT 3 OFFSET 1",
        "SELECT lower(note), count(*) FROM items GROUP BY lower(note) HAVING count(*) > 1",
        "SELECT row_number() OVER (PARTITION BY (id % 3) ORDER BY (id)), sum(id) FILTER (WHERE id > 2) OVER () FROM items",
        "SELECT * FROM generate_series(1, 3) AS g(x), unnest(ARRAY[1, 2]) AS u(y)",
        "SELECT v.a FROM (VALUES (1), (2)) AS v(a)",
        "WITH c (a) AS (SELECT id FROM items), d AS (UPDATE items SET note = 'd' WHERE id = 3 RETURNING id) SELECT count(*) FROM c, d",
        "UPDATE items SET note = 'SET work_mem = 1' WHERE id = 2",
        "UPDATE \"items\" AS i SET note = coalesce(i.note, $a$ SELECT set_config('a', 'b', false) $a$) WHERE i.id = 4",
        "DELETE FROM items WHERE id = 100000",
        "SELECT E'\\\\', U&'\\0041', '{\"a\": 1}'::jsonb -> 'a', CAST(1 AS numeric(10, 2)), 1::varchar(5)",
        "SELECT to_char(now(), 'YYYY'), extract(year FROM now()), position('a' IN 'ba'), interval '1 day'",
        "SELECT EXISTS (SELECT FROM items WHERE note LIKE '%a' AND NOT id = ANY (ARRAY[1])) UNION ALL SELECT false",
        "TABLE items",
        "SHOW TimeZone",
        "SELECT current_setting('work_mem'), pg_typeof(1), version()",
        "NOTIFY leak, 'hello'",
        "SELECT pg_notify('leak', 'hello')",
        "SELECT pg_advisory_xact_lock(7)",
        "SELECT * FROM items WHERE id = 1 FOR UPDATE",
        "SET LOCAL work_mem = '3MB'",
        "SET LOCAL app.left = 'left'",
        "SET LOCAL ROLE leak_role",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET CONSTRAINTS ALL DEFERRED",
        "SELECT random() < 2, pg_backend_pid() > 0, gen_random_uuid() IS NULL",
        "SELECT 1; SELECT 2; UPDATE items SET note = 'x' WHERE id = 5",
        "SELECT 'a' -- SET work_mem = '3MB'\n, 'b' /* SET /* nested? */ */",
        "SAVEPOINT s",
        "ROLLBACK TO SAVEPOINT s",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
    ];

    internal override IReadOnlyList<string> Dirty { get; } =
    [
        "SET work_mem = '3MB'",
        "SET SESSION app.left = 'left'",
        "SET search_path = pg_catalog",
        "SET ROLE leak_role",
        "SET SESSION AUTHORIZATION leak_role",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "SELECT set_config('work_mem', '3MB', false)",
        "SELECT set_config('app.left', note, false) FROM items",
        "SELECT pg_catalog.set_config('app.left', 'left', false)",
        "SELECT pg_advisory_lock(7)",
        "SELECT pg_try_advisory_lock_shared(8)",
        "CREATE TEMP TABLE leak_t (a int)",
        "SELECT 1 AS a INTO TEMP leak_u",
        "SELECT 1INTO TEMP leak_w",
        "CREATE TEMP TABLE leak_v AS SELECT 1",
        "PREPARE leak_p AS SELECT 1",
        "DECLARE leak_c CURSOR WITH HOLD FOR SELECT 1",
        "LISTEN leak",
        "DO $$ BEGIN PERFORM set_config('app.left', 'left', false); END $$",
        "CALL leak_call()",
        "SELECT leak_note('left')",
        "SELECT \"leak_note\"('left')",
        "SELECT * FROM leak_note('left')",
        "INSERT INTO items (note) VALUES ('new')",
        "WITH x AS (INSERT INTO items (note) VALUES ('new') RETURNING id) SELECT id FROM x",
        "SELECT nextval('items_id_seq')",
        "UPDATE items SET id = DEFAULT WHERE id = (SELECT max(id) FROM items)",
        "MERGE INTO items USING (SELECT 0 AS x) AS s ON id = x WHEN NOT MATCHED THEN INSERT (note) VALUES ('new')",
        "UPDATE pg_settings SET setting = '3000' WHERE name = 'work_mem'",
        "WITH x AS (UPDATE pg_catalog.\"pg_settings\" SET setting = '3000' WHERE name = 'work_mem' RETURNING 1) SELECT 1",
        "EXPLAIN ANALYZE SELECT set_config('work_mem', '3MB', false)",
        "SELECT query_to_xml('SELECT set_config(''app.left'', ''left'', false)', true, false, '')",
        "COMMIT AND CHAIN",
        "BEGIN; SET work_mem = '3MB'",
        "SELECT 1 / 0",
        "SELEC 1",
        "SELECT 1; SELECT set_config('work_mem', '3MB', false); SELECT 1 / 0",
    ];

    internal override IReadOnlyList<string> Disguises { get; } =
    [
        "SELECT 1; {0}",
        "; ;{0};",
        "/* why */{0}",
        "/* /* */ */ {0}",
        "-- why\n{0}",
        "-- why\r{0}",
        "SELECT 'a\\'; {0}; --'",
        "SELECT 'a\\'';{0}; --'",
        "SELECT E'a\\''; {0}; --'",
        "SELECT E'a' -- '\n 'b'; {0}",
        "SELECT $a$ ' $a$; {0}; -- '",
        "SELECT $$ $a$ $$; {0}; -- $a$",
        "SELECT 1 AS \"a\"\"; --\"; {0}",
        "SELECT U&'\\0027'; {0}",
        "SELECT 1 AS a$b$; {0}; -- $b$",
        "SELECT 1 /* ' */; {0}; -- '",
        "SET LOCAL app.left = 'x'; {0}",
        "SHOW work_mem;{0}",
    ];

    internal override string NothingPrepared => "55000";

    internal static async Task<PostgreSqlWorld> CreateAsync(SessionReset reset, string settings)
    {
        var database = await OwnDatabase.CreateAsync();
        await using var administrator = await database.ConnectAsync();
        await administrator.ExecuteAsync("""
            DO $$ BEGIN CREATE ROLE leak_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$;
            CREATE TABLE items (id serial PRIMARY KEY, note text);
            INSERT INTO items (note) SELECT 'note' FROM generate_series(1, 5);
            GRANT ALL ON items TO leak_role;
            CREATE FUNCTION leak_note(text) RETURNS int LANGUAGE sql AS $$ SELECT length(set_config('app.left', $1, false)) $$;
            CREATE PROCEDURE leak_call() LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('app.left', 'left', false); END $$;
            """);
        return new PostgreSqlWorld(database, reset, settings);
    }

    internal override ConnectionPool NewPool() => _database.NewPool(
        _reset, configure: static options => (options.ResetMode, options.WhenDirty.HarmlessFunctions) = (ResetMode.WhenDirty, ["pg_listening_channels"]), connectionString: _database.ConnectionString + _settings);

    // A library of the server that a session has loaded stays loaded, also after a full reset.
    // With its own reset, Npgsql keeps prepared statements while it has some of its own.
    private string Prepared => _reset == SessionReset.ByDriver ? "WHERE false" : "";

    internal override async Task<string> ObserveAsync(PooledConnection connection) => await connection.ScalarAsync<string>($"""
        SELECT concat_ws(E'\n',
          (SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name NOT LIKE 'plpgsql.%'),
          current_user, session_user, current_database(), current_setting('role'), coalesce(current_setting('app.left', true), ''),
          'locks', (SELECT string_agg(concat_ws(' ', locktype, objid, mode), ',' ORDER BY objid) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('advisory', 'tuple')),
          'temporary', (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
          'prepared', (SELECT string_agg(statement, ',' ORDER BY statement) FROM pg_prepared_statements {Prepared}),
          'cursors', (SELECT string_agg(name, ',' ORDER BY name) FROM pg_cursors WHERE is_holdable),
          'listening', (SELECT string_agg(c, ',' ORDER BY c) FROM pg_listening_channels() AS l(c)),
          'transaction', now() = statement_timestamp())
        """);

    // A fresh session has no last value, and says so by failing.
    internal override Task<string> ObserveDirtilyAsync(PooledConnection connection) => TryAsync(connection, "SELECT lastval()");

    public override async ValueTask DisposeAsync() => await _database.DisposeAsync();
}
