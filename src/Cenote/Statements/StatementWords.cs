using System.Collections.Frozen;

namespace Cenote.Statements;

/// <summary>The words of SQL that decide what a statement may do to its session.</summary>
internal static class StatementWords
{
    /// <summary>The words before a bracket that cannot be functions.</summary>
    internal static readonly FrozenSet<string> BeforeBracket = Set(
        "ALL AND ANY ARRAY AS BETWEEN CASE DISTINCT ELSE EXCEPT EXISTS FROM GROUP GROUPING HAVING ILIKE IN INTERSECT INTO IS JOIN LATERAL LIKE " +
        "LIMIT NOT OFFSET ON ONLY OR RETURNING ROW SELECT SOME THEN UNION USING VALUES WHEN WHERE WITH");

    /// <summary>The functions that belong to the language of every database.</summary>
    internal static readonly FrozenSet<string> Functions = Set("CAST COALESCE EXTRACT GREATEST LEAST NULLIF OVERLAY POSITION SUBSTRING TRIM");

    /// <summary>More of them in MySQL and MariaDB, where they are reserved.</summary>
    internal static readonly FrozenSet<string> BeforeBracketMySql = Set("DIV INDEX INTERVAL KEY MOD REGEXP RLIKE XOR");

    /// <summary>More of them in SQL Server.</summary>
    internal static readonly FrozenSet<string> BeforeBracketTransactSql = Set("APPLY OPTION OUTPUT TOP");

    /// <summary>
    /// The words that cannot be functions only after another word. A closing bracket counts as a word here.
    /// </summary>
    internal static readonly FrozenSet<string> PairsBeforeBracket = Set(
        "AS MATERIALIZED|) OVER|) FILTER|ON CONFLICT|THEN INSERT|GROUPING SETS|ORDER BY|GROUP BY|PARTITION BY|IGNORE INDEX|USE INDEX|" +
        "FORCE INDEX", '|');

    /// <summary>The words of a statement that begins or ends a transaction.</summary>
    internal static readonly FrozenSet<string> OfTransaction = Set(
        "COMMITTED CONSISTENT DEFERRABLE ISOLATION LEVEL NOT ONLY READ REPEATABLE SAVEPOINT SERIALIZABLE SNAPSHOT TO TRANSACTION UNCOMMITTED " +
        "WITH WORK WRITE");

    /// <summary>
    /// The words of SQL Server that begin a statement which may change a session. A statement ends there without a
    /// semicolon, so that each of them may stand anywhere.
    /// </summary>
    internal static readonly FrozenSet<string> BeginningTransactSql = Set(
        "ADD ALTER BACKUP BEGIN BREAK BULK CHECKPOINT CLOSE COMMIT CONTINUE CREATE DBCC DEALLOCATE DECLARE DENY DISABLE DROP DUMP ENABLE EXEC " +
        "EXECUTE GET GOTO GRANT IF KILL LOAD MERGE MOVE OPEN PRINT RAISERROR READTEXT RECEIVE RECONFIGURE RESTORE RETURN REVERT REVOKE " +
        "ROLLBACK SAVE SEND SETUSER SHUTDOWN THROW TRUNCATE UPDATETEXT USE WAITFOR WHILE WRITETEXT");

    internal static FrozenSet<string> Set(string words, char separator = ' ') =>
        words.Split(separator).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
