using Cenote.Statements;

namespace Cenote.Tests.Statements;

/// <summary>Values of settings and passwords need no quotes, and are not shown either.</summary>
public sealed class SettingTextTests
{
    private const SqlLiteralRules Sqlite = SqlLiteralRules.DoubleQuotedIdentifiers | SqlLiteralRules.DoubleQuotedStrings | SqlLiteralRules.BracketedIdentifiers | SqlLiteralRules.NoBackslashEscapes;
    private const SqlLiteralRules PostgreSql = SqlLiteralRules.DoubleQuotedIdentifiers;
    private const SqlLiteralRules MySql = SqlLiteralRules.BackslashEscapes;

    [Theory]
    [InlineData(Sqlite, "PRAGMA key = secret", "PRAGMA key = ?")]
    [InlineData(Sqlite, "PRAGMA key=secret; SELECT a FROM t", "PRAGMA key= ?; SELECT a FROM t")]
    [InlineData(Sqlite, "pragma main.key = \"secret\"", "pragma main.key = ?")]
    [InlineData(Sqlite, "PRAGMA key('secret')", "PRAGMA key(?)")]
    [InlineData(Sqlite, "PRAGMA key(secret)", "PRAGMA key(?)")]
    [InlineData(Sqlite, "PRAGMA key = \"x'736563726574'\"", "PRAGMA key = ?")]
    [InlineData(Sqlite, "PRAGMA key = x'736563726574'", "PRAGMA key = ?")]
    [InlineData(Sqlite, "PRAGMA /* a */ key -- b\n = secret", "PRAGMA key = ?")]
    [InlineData(Sqlite, "SELECT a FROM t; PRAGMA rekey = secret", "SELECT a FROM t; PRAGMA rekey = ?")]
    [InlineData(Sqlite, "PRAGMA foreign_keys", "PRAGMA foreign_keys")]
    [InlineData(Sqlite, "SET x = secret", "SET x = ?")]
    [InlineData(Sqlite, "ATTACH 'a.db' AS a KEY secret", "ATTACH ? AS a KEY ?")]
    [InlineData(Sqlite, "SELECT * FROM \"t\" WHERE \"a\" = \"secret\"", "SELECT * FROM \"t\" WHERE \"a\" = ?")]
    [InlineData(Sqlite, "SELECT * FROM t WHERE a=\"secret\" AND b LIKE \"secret\"", "SELECT * FROM t WHERE a=? AND b LIKE ?")]
    [InlineData(Sqlite, "INSERT INTO \"t\" (\"a\", \"b\") VALUES (\"secret\", \"secret\")", "INSERT INTO \"t\" (\"a\", \"b\") VALUES (…)")]
    [InlineData(Sqlite, "SELECT \"o\".\"a\" FROM \"t\" AS \"o\" WHERE \"o\".\"a\" = \"o\".\"b\"", "SELECT \"o\".\"a\" FROM \"t\" AS \"o\" WHERE \"o\".\"a\" = \"o\".\"b\"")]
    [InlineData(Sqlite, "SELECT * FROM t WHERE a IN (\"secret\", \"secret\")", "SELECT * FROM t WHERE a IN (…)")]
    [InlineData(PostgreSql, "SET search_path TO secret", "SET search_path TO ?")]
    [InlineData(PostgreSql, "SET LOCAL app.token = secret", "SET LOCAL app.token = ?")]
    [InlineData(PostgreSql, "SET app.token TO 'a', secret; SELECT 1", "SET app.token TO ?; SELECT ?")]
    [InlineData(PostgreSql, "ALTER ROLE app SET app.token = secret", "ALTER ROLE app SET app.token = ?")]
    [InlineData(PostgreSql, "ALTER SYSTEM SET x TO secret", "ALTER SYSTEM SET x TO ?")]
    [InlineData(PostgreSql, "ALTER USER app PASSWORD 'secret'", "ALTER USER app PASSWORD ?")]
    [InlineData(PostgreSql, "CREATE ROLE app LOGIN ENCRYPTED PASSWORD E'sec\\'ret'", "CREATE ROLE app LOGIN ENCRYPTED PASSWORD ?")]
    [InlineData(PostgreSql, "SET ROLE app PASSWORD 'secret'", "SET ROLE app PASSWORD ?")]
    [InlineData(PostgreSql, "SELECT set_config('app.token', 'secret', false)", "SELECT set_config(?, ?, false)")]
    [InlineData(PostgreSql, "SELECT 'it\\'s secret', a", "SELECT ?")]
    [InlineData(PostgreSql, "COPY t FROM STDIN;\n1\tsecret; secret\n\\.", "COPY t FROM STDIN")]
    [InlineData(PostgreSql, "SELECT U&'secret', B'1', $x$secret$x$", "SELECT U&?, ?, ?")]
    [InlineData(PostgreSql, "UPDATE t SET a = b, c = 'secret' WHERE id = 1", "UPDATE t SET a = b, c = ? WHERE id = ?")]
    [InlineData(PostgreSql, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")]
    [InlineData(PostgreSql, "CREATE TABLE users (id int, password text)", "CREATE TABLE users (id int, password text)")]
    [InlineData(MySql, "SET @token := secret", "SET @token := ?")]
    [InlineData(MySql, "SET SESSION sql_mode = secret, b = 2", "SET SESSION sql_mode = ?")]
    [InlineData(MySql, "SET PASSWORD FOR app = PASSWORD('secret')", "SET PASSWORD ?")]
    [InlineData(MySql, "CREATE USER app IDENTIFIED BY 'secret'", "CREATE USER app IDENTIFIED BY ?")]
    [InlineData(MySql, "ALTER USER app IDENTIFIED WITH plugin AS secret", "ALTER USER app IDENTIFIED WITH plugin AS ?")]
    [InlineData(MySql, "GRANT ALL ON *.* TO app IDENTIFIED BY secret", "GRANT ALL ON *.* TO app IDENTIFIED BY ?")]
    [InlineData(MySql, "SELECT \"sec\\\"ret\", 'a'", "SELECT ?, ?")]
    public void A_value_without_quotes_is_a_literal(SqlLiteralRules style, string text, string expected)
    {
        var shown = StatementText.WithoutLiterals(text, style);

        Assert.DoesNotContain("secret", shown, StringComparison.Ordinal);
        Assert.Equal(expected, shown);
    }
}
