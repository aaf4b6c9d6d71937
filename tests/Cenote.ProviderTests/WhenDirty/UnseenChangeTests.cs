namespace Cenote.ProviderTests.WhenDirty;

/// <summary>
/// What the pool cannot see in the text of a statement, as docs/dirty-sessions.md says: each of these leases counts as
/// clean, and leaves its change to the next.
/// </summary>
public sealed class UnseenChangeTests
{
    private const string Change = "CREATE FUNCTION note(text) RETURNS int LANGUAGE sql AS $$ SELECT length(set_config('app.left', $1, false)) $$";
    private const string Left = "SELECT coalesce(current_setting('app.left', true), '')";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> PostgreSql => new()
    {
        {
            "a trigger",
            "CREATE FUNCTION on_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM note('left'); RETURN NEW; END $$; " +
            "CREATE TRIGGER t_change BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION on_change()",
            "UPDATE t SET a = 2"
        },
        { "a view", "CREATE VIEW v AS SELECT note('left')", "SELECT * FROM v" },
        { "a rule", "CREATE RULE r AS ON UPDATE TO t DO ALSO SELECT note('left')", "UPDATE t SET a = 2" },
        {
            "a policy",
            "CREATE POLICY p ON t USING (note('left') > 0); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY",
            "SELECT * FROM t"
        },
        { "a default", "ALTER TABLE t ADD b int DEFAULT note('left')", "INSERT INTO t (a) VALUES (2)" },
        { "a check constraint", "ALTER TABLE t ADD CHECK (a = 1 OR note('left') > 0)", "UPDATE t SET a = 2" },
        { "a domain", "CREATE DOMAIN d AS int CHECK (note('left') > 0)", "SELECT 1::d" },
        { "an operator", "CREATE OPERATOR ##> (RIGHTARG = text, FUNCTION = note)", "SELECT ##> 'left'::text" },
        { "a cast", "CREATE TYPE c AS (x text); CREATE FUNCTION note(c) RETURNS int LANGUAGE sql AS $$ SELECT note($1.x) $$; CREATE CAST (c AS int) WITH FUNCTION note(c)", "SELECT CAST(CAST(ROW('left') AS c) AS int)" },
        { "a function written as a column", "CREATE FUNCTION noted(t) RETURNS int LANGUAGE sql AS $$ SELECT note('left') $$", "SELECT t.noted FROM t" },
        { "an overload of a built-in function", "CREATE FUNCTION lower(int) RETURNS int LANGUAGE sql AS $$ SELECT note('left') $$", "SELECT lower(1)" },
        { "an aggregate with the name of a built-in one", "CREATE FUNCTION step(int, boolean) RETURNS int LANGUAGE sql AS $$ SELECT note('left') $$; CREATE AGGREGATE sum(boolean) (SFUNC = step, STYPE = int)", "SELECT sum(true) FROM t" },
    };

    [Theory]
    [MemberData(nameof(PostgreSql))]
    public async Task Change_behind_a_clean_statement_reaches_the_next_lease(string what, string setUp, string statement)
    {
        Assert.NotEmpty(what);
        var schema = Statements.UniqueName("unseen");
        await using var administration = new ConnectionPoolBuilder().UsePostgreSql(RealServers.PostgreSql).WithSize(0, 1).Build();
        await administration.ExecuteAsync($"CREATE SCHEMA {schema}; SET search_path = {schema}; CREATE TABLE t (a int); INSERT INTO t VALUES (1); {Change}; {setUp}; " +
            $"GRANT USAGE ON SCHEMA {schema} TO cenote_ordinary; GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO cenote_ordinary");
        try
        {
            await using var pool = new ConnectionPoolBuilder().UsePostgreSql(RealServers.PostgreSqlOrdinary + $";Search Path={schema}")
                .WithResetMode(ResetMode.WhenDirty).Configure(static options => options.WhenDirty.KeepGeneratedKeys = true).WithSize(0, 1).Build();
            await AssertLeavesAsync(pool, statement, Left, "left");
        }
        finally
        {
            await administration.ExecuteAsync($"DROP SCHEMA {schema} CASCADE");
        }
    }

    [Theory]
    [InlineData("a trigger", "CREATE TRIGGER u BEFORE UPDATE ON t FOR EACH ROW SET @left = 'left'", "UPDATE t SET a = 2")]
    [InlineData("a view", "CREATE FUNCTION note() RETURNS int BEGIN SET @left = 'left'; RETURN 1; END; CREATE VIEW v AS SELECT note()", "SELECT * FROM v")]
    public async Task Change_behind_a_clean_statement_of_MariaDB_reaches_the_next_lease(string what, string setUp, string statement)
    {
        Assert.NotEmpty(what);
        var database = Statements.UniqueName("unseen");
        await using var administration = new ConnectionPoolBuilder().UseMySql(RealServers.MySql + ";Allow User Variables=true").WithSize(0, 1).Build();
        await administration.ExecuteAsync($"CREATE DATABASE {database}", $"USE {database}; CREATE TABLE t (a int); INSERT INTO t VALUES (1); {setUp}");
        try
        {
            await using var pool = new ConnectionPoolBuilder().UseMySql(RealServers.MySql + $";Allow User Variables=true;Database={database}")
                .WithResetMode(ResetMode.WhenDirty).WithSize(0, 1).Build();
            await AssertLeavesAsync(pool, statement, "SELECT CAST(COALESCE(@left, '') AS CHAR)", "left");
        }
        finally
        {
            await administration.ExecuteAsync($"DROP DATABASE {database}");
        }
    }

    [Fact]
    public async Task Number_of_rows_of_the_last_statement_reaches_the_next_lease()
    {
        await using var pool = Pools.New("mysql");
        await AssertLeavesAsync(pool, "SELECT 1 UNION SELECT 2 UNION SELECT 3", "SELECT CAST(FOUND_ROWS() AS CHAR)", "3");
    }

    [Fact]
    public async Task Name_of_a_local_setting_reaches_the_next_lease_without_its_value()
    {
        await using var pool = Pools.New("postgresql");
        await using (var connection = await pool.OpenConnectionAsync(Token))
        {
            await using var transaction = await connection.BeginTransactionAsync(Token);
            await connection.ExecuteAsync("SET LOCAL app.tenant = 'secret'");
            await transaction.CommitAsync(Token);
        }

        Assert.Equal(0, pool.GetStatistics().ResetsStarted);
        await using var next = await pool.OpenConnectionAsync(Token);
        Assert.Equal("", await next.ScalarAsync<string>("SELECT coalesce(current_setting('app.tenant', true), 'unknown')"));
    }

    private static async Task AssertLeavesAsync(ConnectionPool pool, string statement, string look, string left)
    {
        await using (var connection = await pool.OpenConnectionAsync(Token))
        {
            Assert.NotEqual(left, await connection.ScalarAsync<string>(look), StringComparer.Ordinal);
            await connection.ExecuteAsync(statement);
        }

        Assert.Equal((0, 1), (pool.GetStatistics().ResetsStarted, pool.GetStatistics().ResetsSaved));
        await using var next = await pool.OpenConnectionAsync(Token);
        Assert.Equal(left, await next.ScalarAsync<string>(look));
    }
}
