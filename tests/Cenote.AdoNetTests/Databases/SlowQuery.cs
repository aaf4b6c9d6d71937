namespace Cenote.AdoNetTests.Databases;

/// <summary>Statements that would run for half a minute and more.</summary>
internal static class SlowQuery
{
    public static string On(Db db) => db switch
    {
        Db.Sqlite => "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
        Db.MariaDb => "SELECT SLEEP(30)",
        _ => "SELECT pg_sleep(30)",
    };

    /// <summary>Rows that come slowly, a few of them at once.</summary>
    public static string RowsOn(Db db) => db switch
    {
        Db.Sqlite => "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 5 OR x > 1000000000000",
        Db.MariaDb => "SELECT x, repeat('x', 9000), SLEEP(CASE WHEN x < 5 THEN 0 ELSE 30 END) FROM (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 7) n",
        _ => "SELECT x, repeat('x', 9000), CASE WHEN x < 5 THEN NULL ELSE pg_sleep(30) END FROM generate_series(1, 9) x",
    };
}
