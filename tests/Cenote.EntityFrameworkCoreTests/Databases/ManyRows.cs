namespace Cenote.EntityFrameworkCoreTests.Databases;

internal static class ManyRows
{
    /// <summary>
    /// More rows than any driver has read ahead, so that reading on must ask the database, and notice a cancellation.
    /// </summary>
    public const string Sql =
        """WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 200000) SELECT n AS "Value" FROM s""";
}
