using Cenote.Statements;
using CsCheck;

namespace Cenote.Tests.Statements;

public sealed class StatementTextTests
{
    private const SqlLiteralRules PostgreSql = SqlLiteralRules.DoubleQuotedIdentifiers | SqlLiteralRules.NoBackslashEscapes;
    private const SqlLiteralRules MySql = SqlLiteralRules.BackslashEscapes;
    private const SqlLiteralRules SqlServer = SqlLiteralRules.DoubleQuotedIdentifiers | SqlLiteralRules.BracketedIdentifiers | SqlLiteralRules.NoBackslashEscapes;

    [Theory]
    [InlineData("SELECT 1", "SELECT ?")]
    [InlineData("select * from t where a='it''s secret' and b=-1.5e-3", "select * from t where a=? and b=-?")]
    [InlineData("SELECT  *\n\tFROM t  -- secret\nWHERE id = $1", "SELECT * FROM t WHERE id = $1")]
    [InlineData("SELECT /* a /* secret */ secret */ x FROM t2", "SELECT x FROM t2")]
    [InlineData("INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)", "INSERT INTO t VALUES (…), …")]
    [InlineData("SELECT * FROM t WHERE id IN (1,2,3)", "SELECT * FROM t WHERE id IN (…)")]
    [InlineData("SELECT * FROM t WHERE id IN (@p0, @p1)", "SELECT * FROM t WHERE id IN (…)")]
    [InlineData("SELECT \"Name\" FROM \"Orders\" AS o WHERE o.\"Key\" = 0x1F", "SELECT \"Name\" FROM \"Orders\" AS o WHERE o.\"Key\" = ?")]
    [InlineData("SELECT $tag$a 'secret' $1 $tag$, $$secret$$, $1", "SELECT ?, ?, $1")]
    [InlineData(@"SELECT E'it\'s secret', N'secret', X'00ff', 'C:\', 'secret'", "SELECT ?, ?, ?, ?, ?")]
    [InlineData("SELECT q'[it's secret]', 'b'", "SELECT ?, ?")]
    [InlineData("SELECT a::int, b[1], :name, @x, c1 FROM t1", "SELECT a::int, b[?], :name, @x, c1 FROM t1")]
    [InlineData("SELECT 'secret", "SELECT ?")]
    [InlineData("SELECT \"secret", "SELECT ?")]
    [InlineData("/* secret", "")]
    [InlineData("", "")]
    public void Literals_comments_and_white_space_go_and_the_rest_stays(string text, string expected) =>
        Assert.Equal(expected, StatementText.WithoutLiterals(text, PostgreSql));

    [Theory]
    [InlineData(@"SELECT 'it\'s secret', `name`, ""secret"" FROM t # secret", "SELECT ?, `name`, ? FROM t")]
    [InlineData(@"SELECT _utf8mb4'secret', 'C:\\', 'secret'", "SELECT ?, ?, ?")]
    public void Backslashes_escape_quotes_where_the_database_allows_it(string text, string expected) =>
        Assert.Equal(expected, StatementText.WithoutLiterals(text, MySql));

    [Theory]
    [InlineData(SqlServer, "SELECT [Customer's Name], [a]]b'c] FROM t WHERE p = 'secret'", "SELECT [Customer's Name], [a]]b'c] FROM t WHERE p = ?")]
    [InlineData(SqlServer, "SELECT [secret", "SELECT ?")]
    [InlineData(SqlLiteralRules.None, "SELECT [it's], 'secret'", "SELECT [")]
    [InlineData(SqlLiteralRules.None, "SELECT a # it's\n, 'secret'", "SELECT a")]
    [InlineData(SqlLiteralRules.None, "SELECT 1--'a\nsecret'", "SELECT ?")]
    [InlineData(SqlLiteralRules.None, "SELECT a -- it's\n, 'secret'", "SELECT a , ?")]
    [InlineData(MySql, "SELECT 1--'a\nsecret', b -- it's\n, 'secret'", "SELECT ?--?, b , ?")]
    [InlineData(MySql, "SELECT /* /* */ 'a */ secret'", "SELECT")]
    [InlineData(MySql, "SELECT 1 # a\rit's\n, 'secret'", "SELECT ?")]
    [InlineData(MySql, "SELECT $a$, 'b $a$ secret'", "SELECT $a$, ?")]
    [InlineData(PostgreSql, "SELECT E'a'\n 'it\\'s secret', E'b', 'c'", "SELECT ?, ?, ?")]
    [InlineData(PostgreSql, "SELECT a$b$, 'c d$b$ secret'", "SELECT a$b$, ?")]
    [InlineData(PostgreSql, "SELECT $\ud83d\ude00$it's secret$\ud83d\ude00$, 'b'", "SELECT ?, ?")]
    public void What_looks_like_the_other_end_of_a_literal_shows_nothing_of_it(SqlLiteralRules style, string text, string expected) =>
        Assert.Equal(expected, StatementText.WithoutLiterals(text, style));

    [Fact]
    public void Where_a_backslash_is_ambiguous_nothing_after_it_is_shown() =>
        Assert.Equal("SELECT ?", StatementText.WithoutLiterals(@"SELECT 'C:\', 'secret', 'secret'", SqlLiteralRules.None));

    [Fact]
    public void A_long_text_is_cut() => Assert.Equal(2000, StatementText.WithoutLiterals("SELECT " + string.Join(" + ", Enumerable.Repeat("columns", 1000)), PostgreSql).Length);

    [Fact]
    public void No_text_in_quotes_ever_shows_whatever_is_in_it_and_around_it() =>
        Gen.Select(Gen.String[Gen.Char["'\"\\-/*#$;ab1 \n()"], 0, 20], Gen.Bool).Sample((content, isMySql) =>
        {
            var style = isMySql ? MySql : PostgreSql;
            var quoted = content.Replace("'", "''", StringComparison.Ordinal);
            quoted = style == MySql ? quoted.Replace("\\", "\\\\", StringComparison.Ordinal) : quoted;
            return StatementText.WithoutLiterals($"SELECT '{quoted}SECRET' FROM t", style) == "SELECT ? FROM t";
        });
}
