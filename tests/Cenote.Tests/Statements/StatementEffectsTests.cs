using System.Data;
using Cenote.Providers;
using Cenote.Statements;

namespace Cenote.Tests.Statements;

public sealed class StatementEffectsTests
{
    private const SqlDialect Pg = SqlDialect.PostgreSql;
    private const SqlDialect My = SqlDialect.MySql;
    private const SqlDialect Ts = SqlDialect.TransactSql;

    [Theory]
    [InlineData("SELECT 1", Pg, My, Ts)]
    [InlineData("select a, b from t where id = @id order by a limit 10", Pg, My)]
    [InlineData("SELECT lower(a), count(*) FROM t GROUP BY lower(a) HAVING count(*) > 1", Pg, My, Ts)]
    [InlineData("SELECT a FROM t WHERE b IN (1, 2) AND (c = 1 OR d LIKE 'x%') -- why\n", Pg, My, Ts)]
    [InlineData("/* app=shop */ SELECT 1;", Pg, My, Ts)]
    [InlineData("UPDATE t SET a = a + 1 WHERE id = 5", Pg, My, Ts)]
    [InlineData("DELETE FROM t WHERE id = 5; SELECT 1", Pg, Ts)]
    [InlineData("SELECT x FROM (SELECT 1 AS x) AS y(x)", Pg, My, Ts)]
    [InlineData("WITH c (a) AS (SELECT 1) SELECT a FROM c", Pg, My, Ts)]
    [InlineData("(SELECT 1) UNION ALL (SELECT 2)", Pg, My)]
    [InlineData("SELECT a::numeric(10, 2), CAST(b AS varchar(10)) FROM t", Pg)]
    [InlineData("SELECT lower (a), pg_catalog.lower(b) FROM t FOR UPDATE", Pg)]
    [InlineData("SELECT $1, $tag$ SET a = 1 $tag$, E'a\\\\b', '{}'::jsonb @> '{}'", Pg)]
    [InlineData("SELECT v.\"Id\" FROM (VALUES (1), (2)) AS v(\"Id\")", Pg)]
    [InlineData("SELECT r FROM ROWS FROM (jsonb_to_recordset('[]') AS (a int)) WITH ORDINALITY AS i", Pg)]
    [InlineData("SELECT count(*) FILTER (WHERE a), lower(b) OVER (PARTITION BY (c) ORDER BY (d)) FROM t", Pg)]
    [InlineData("TABLE t", Pg)]
    [InlineData("SHOW TimeZone", Pg, My)]
    [InlineData("NOTIFY jobs", Pg)]
    [InlineData("SET LOCAL app.tenant = '7'", Pg)]
    [InlineData("SET LOCAL local.tenant TO 7; SET LOCAL \"x\" = 1; SET LOCAL TIME ZONE 'UTC'", Pg)]
    [InlineData("SELECT $1::text, a$b, $$x$$ FROM t", Pg)]
    [InlineData("SHOW TABLES WHERE @x = 5", My)]
    [InlineData("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", Pg)]
    [InlineData("SET CONSTRAINTS ALL DEFERRED", Pg)]
    [InlineData("SELECT `a`, @x, @@version FROM `t` USE INDEX (i) WHERE a = last_insert_id()", My)]
    [InlineData("SELECT REPLACE(a, 'x', 'y') FROM t LOCK IN SHARE MODE # why\n", My)]
    [InlineData("SELECT TOP (5) [a], @p FROM [t] WITH (NOLOCK) OPTION (RECOMPILE)", Ts)]
    [InlineData("UPDATE [t] SET [a] = @p OUTPUT 1 WHERE [id] = 1; SELECT rand()", Ts)]
    [InlineData("", Pg, My, Ts)]
    [InlineData(" ; ", Pg, My, Ts)]
    public void Plain_statement_has_no_effect_on_its_session(string text, params SqlDialect[] dialects) =>
        Assert.All(dialects, dialect => Assert.Equal(StatementEffect.None, EffectOf(text, dialect)));

    [Theory]
    [InlineData("BEGIN", Pg, My)]
    [InlineData("BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY;", Pg)]
    [InlineData("START TRANSACTION", Pg, My)]
    [InlineData("START TRANSACTION WITH CONSISTENT SNAPSHOT", My)]
    [InlineData("COMMIT", Pg, My)]
    [InlineData("rollback to savepoint \"s\"", Pg)]
    [InlineData("SAVEPOINT s", Pg, My)]
    [InlineData("END", Pg)]
    public void Transaction_control_alone_is_only_that(string text, params SqlDialect[] dialects) =>
        Assert.All(dialects, dialect => Assert.Equal(StatementEffect.Transaction, EffectOf(text, dialect)));

    [Theory]
    [InlineData("SET search_path = x", Pg, My, Ts)]
    [InlineData("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", Pg)]
    [InlineData("SET LOCAL sql_mode = ''", My, Ts)]
    [InlineData("SET local.tenant = '7'", Pg)]
    [InlineData("SET transaction.tenant = 'x'", Pg)]
    [InlineData("SET constraints.a TO 'x'", Pg)]
    [InlineData("SET local = '7'", Pg)]
    [InlineData("SET local TO '7'", Pg)]
    [InlineData("SET local FROM CURRENT", Pg)]
    [InlineData("SET LOCAL", Pg)]
    [InlineData("SELECT @a$$ + set_config('x', 'y', false) AS a$$ FROM t", Pg)]
    [InlineData("SELECT 1 ::a$$ + set_config('x', 'y', false) AS a$$ FROM t", Pg)]
    [InlineData("SELECT 1 ` lower(set_config('x', 'y', false)) ` 1", Pg)]
    [InlineData("SHOW TABLES WHERE @x := 5", My)]
    [InlineData("SELECT 1 --\u0080 + (1 INTO @x)\n", My)]
    [InlineData("SELECT 1 --\u009F INTO @x", My)]
    [InlineData("UPDATE STATISTICS dbo.t SET XACT_ABORT ON", Ts)]
    [InlineData("SET", Pg, My, Ts)]
    [InlineData("RESET ALL", Pg)]
    [InlineData("SELECT 1; SET a = 1", Pg, My, Ts)]
    [InlineData("SELECT set_config('a', 'b', false)", Pg)]
    [InlineData("SELECT pg_advisory_lock(1)", Pg)]
    [InlineData("SELECT public.lower('A'), x.pg_catalog.lower('A')", Pg, My, Ts)]
    [InlineData("SELECT \"lower\"('A')", Pg)]
    [InlineData("SELECT `lower`('A')", My)]
    [InlineData("SELECT lower ('A')", My)]
    [InlineData("SELECT 1 INTO t", Pg, My, Ts)]
    [InlineData("SELECT 1INTO t", Pg, My, Ts)]
    [InlineData("SELECT a INTO @x FROM t", My)]
    [InlineData("SELECT @x := 1", My)]
    [InlineData("SELECT last_insert_id(5)", My)]
    [InlineData("SELECT GET_LOCK('a', 1)", My)]
    [InlineData("SELECT SQL_CALC_FOUND_ROWS a FROM t", My)]
    [InlineData("/*! SET sql_mode = '' */", My)]
    [InlineData("SELECT 1 /*M!100000 INTO @x */", My)]
    [InlineData("SELECT 1 /* /* */ INTO @x -- */", My)]
    [InlineData("SELECT 1 -- \r INTO @x", My)]
    [InlineData("SELECT 'a\\' INTO @x -- '", My)]
    [InlineData("SELECT \"a\\\" INTO @x -- \"", My)]
    [InlineData("SELECT \"lower\"(1)", My)]
    [InlineData("SELECT 'a\\'; SET a = 1; --'", Pg)]
    [InlineData("SELECT U&\"s\\0065t\"(1)", Pg)]
    [InlineData("SELECT 1\u00A0", Pg, My, Ts)]
    [InlineData("SELECT lower\u00A0('a')", Pg, My, Ts)]
    [InlineData("SELECT \u017Fum(1)", Pg, My, Ts)]
    [InlineData("SELECT 'a", Pg, My, Ts)]
    [InlineData("SELECT $a$", Pg)]
    [InlineData("SELECT $$;SET LOCK_TIMEOUT 1;$$", Ts)]
    [InlineData("BEGIN; COMMIT", Pg, My, Ts)]
    [InlineData("SELECT 1; BEGIN", Pg, My, Ts)]
    [InlineData("BEGIN TRANSACTION", Ts)]
    [InlineData("BEGIN NOT ATOMIC SET @x = 1; END", My)]
    [InlineData("COMMIT AND CHAIN", Pg, My)]
    [InlineData("COMMIT PREPARED 'a'", Pg)]
    [InlineData("PREPARE TRANSACTION 'a'", Pg)]
    [InlineData("PREPARE p AS SELECT 1", Pg, My)]
    [InlineData("EXECUTE p", Pg, My, Ts)]
    [InlineData("DEALLOCATE ALL", Pg)]
    [InlineData("LISTEN jobs", Pg)]
    [InlineData("DO $$ BEGIN END $$", Pg)]
    [InlineData("DO SLEEP(1)", My)]
    [InlineData("CALL p()", Pg, My)]
    [InlineData("CREATE TEMP TABLE t (a int)", Pg, My, Ts)]
    [InlineData("DECLARE c CURSOR WITH HOLD FOR SELECT 1", Pg)]
    [InlineData("SELECT 1; SELECT 2", My)]
    [InlineData("LOCK TABLES t READ", My)]
    [InlineData("HANDLER t OPEN", My)]
    [InlineData("USE other", My, Ts)]
    [InlineData("UPDATE pg_settings SET setting = '1' WHERE name = 'work_mem'", Pg)]
    [InlineData("WITH x AS (UPDATE pg_catalog.\"pg_settings\" SET setting = '1' RETURNING 1) SELECT 1", Pg)]
    [InlineData("EXPLAIN ANALYZE SELECT set_config('a', 'b', false)", Pg)]
    [InlineData("COPY t FROM STDIN", Pg)]
    [InlineData("SELECT 1 SET NOCOUNT ON", Ts)]
    [InlineData("SELECT 1 EXEC p", Ts)]
    [InlineData("UPDATE t SET a = 1 SET NOCOUNT ON", Ts)]
    [InlineData("sp_who", Ts)]
    [InlineData("SELECT rand(5)", Ts)]
    [InlineData("SELECT OPERATOR(pg_catalog.+)(1)", Pg)]
    [InlineData("INSERT INTO t (a) VALUES (1)", Pg, My, Ts)]
    [InlineData("WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT a FROM x", Pg)]
    [InlineData("REPLACE INTO t VALUES (1)", My)]
    [InlineData("SELECT nextval('s')", Pg, My)]
    [InlineData("SELECT NEXT VALUE FOR s", My, Ts)]
    [InlineData("UPDATE t SET id = DEFAULT", Pg, My, Ts)]
    public void Any_other_statement_may_change_its_session(string text, params SqlDialect[] dialects) =>
        Assert.All(dialects, dialect => Assert.Equal(StatementEffect.Session, EffectOf(text, dialect)));

    [Theory]
    [InlineData("INSERT INTO t (a, b) VALUES (1, lower('A'))", Pg, My, Ts)]
    [InlineData("INSERT INTO s.t AS x (a) VALUES (nextval('q')) ON CONFLICT (a) DO UPDATE SET a = 2 RETURNING a", Pg)]
    [InlineData("INSERT INTO \"Blogs\" (\"Name\") VALUES (@p0) RETURNING \"Id\"", Pg)]
    [InlineData("INSERT IGNORE INTO `t` (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a)", My)]
    [InlineData("INSERT t (a) VALUES (1)", My)]
    [InlineData("MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a) VALUES (lower(s.a))", Pg)]
    [InlineData("WITH c (a) AS (SELECT 1) MERGE INTO t USING c ON t.a = c.a WHEN MATCHED THEN DELETE", Pg)]
    [InlineData("WITH c AS (SELECT 1), d AS (INSERT INTO u VALUES (1)) INSERT INTO t (a) SELECT 1 FROM c", Pg, Ts)]
    public void Generated_keys_are_harmless_on_request(string text, params SqlDialect[] dialects) => Assert.All(dialects, dialect =>
    {
        Assert.Equal(StatementEffect.None, EffectOf(text, dialect, new WhenDirtyOptions { KeepGeneratedKeys = true }));
        Assert.Equal(StatementEffect.Session, EffectOf(text, dialect));
    });

    [Theory]
    [InlineData("INSERT INTO t SELECT f(1)", Pg, My, Ts)]
    [InlineData("INSERT INTO t (a) SELECT f(1)", Pg, My, Ts)]
    [InlineData("INSERT INTO t (a) VALUES (f(1))", Pg, My, Ts)]
    [InlineData("INSERT INTO t (a) VALUES (1); SET a = 1", Pg, My, Ts)]
    [InlineData("SELECT INSERT('abc', 1, 1, 'x') INTO @v", My)]
    [InlineData("SELECT merge INTO @v FROM t", My)]
    [InlineData("INSERT `t` SELECT 1 INTO @v", My)]
    [InlineData("SELECT merge INTO TEMP leaked FROM t", Pg)]
    [InlineData("SELECT a AS merge, 1 INTO TEMP leaked FROM t", Pg)]
    [InlineData("SELECT lower(a) merge INTO TEMP leaked FROM t", Pg)]
    [InlineData("SELECT (merge) INTO TEMP leaked FROM t", Pg)]
    [InlineData("WITH c AS (SELECT 1) SELECT lower(a) insert INTO pg_temp.leaked FROM c", Pg)]
    [InlineData("SELECT merge, lower(a) INTO TEMP leaked FROM t", Pg)]
    [InlineData("SELECT 1 INSERT INTO t VALUES (1)", Ts)]
    public void Generated_keys_excuse_nothing_else(string text, params SqlDialect[] dialects) => Assert.All(dialects, dialect =>
        Assert.Equal(StatementEffect.Session, EffectOf(text, dialect, new WhenDirtyOptions { KeepGeneratedKeys = true })));

    [Fact]
    public void Functions_of_the_user_are_harmless_as_they_are_written()
    {
        var options = new WhenDirtyOptions { HarmlessFunctions = ["order_total", "app.note"] };

        Assert.Equal(StatementEffect.None, EffectOf("SELECT Order_Total(1), app.note(2)", Pg, options));
        Assert.Equal(StatementEffect.Session, EffectOf("SELECT other.order_total(1)", Pg, options));
        Assert.Equal(StatementEffect.Session, EffectOf("SELECT note(1)", Pg, options));
    }

    [Theory]
    [InlineData(CommandType.StoredProcedure)]
    [InlineData(CommandType.TableDirect)]
    public void Commands_of_other_types_may_change_their_session(CommandType type) =>
        Assert.Equal(StatementEffect.Session, New(Pg, new WhenDirtyOptions()).Of(type, "lower"));

    [Fact]
    public void Known_texts_allocate_nothing_and_memory_is_bounded()
    {
        var effects = New(Pg, new WhenDirtyOptions());
        for (var i = 0; i < 5000; i++)
        {
            Assert.Equal(StatementEffect.None, effects.Of(CommandType.Text, $"SELECT {i}"));
        }

        Assert.InRange(effects.KeptTexts, 1, 2000);
        const string Text = "SELECT a FROM t";
        var copy = new string(Text.AsSpan());
        effects.Of(CommandType.Text, Text);
        effects.Of(CommandType.Text, copy);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            effects.Of(CommandType.Text, Text);
            effects.Of(CommandType.Text, copy);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static StatementEffect EffectOf(string text, SqlDialect dialect, WhenDirtyOptions? options = null) =>
        New(dialect, options ?? new WhenDirtyOptions()).Of(CommandType.Text, text);

    private static StatementEffects New(SqlDialect dialect, WhenDirtyOptions options)
    {
        var rules = new FakeSessionRules(dialect);
        return new StatementEffects(rules, rules.LiteralRules, options);
    }
}
