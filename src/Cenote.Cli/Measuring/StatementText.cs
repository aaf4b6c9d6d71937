using System.Text.RegularExpressions;

namespace Cenote.Cli.Measuring;

/// <summary>
/// Finds statements in a text that end a read-only transaction, turn it off, or do harm that it permits. Quotes are not
/// understood: a text is rather refused too often.
/// </summary>
internal static partial class StatementText
{
    // White space, comments, and the start of a comment that MySQL executes.
    private const string Blanks = @"(?>(\s|--[^\n]*|\#[^\n]*|/\*!\d*|/\*.*?\*/)*)";

    private const string Start = @"(^|;|\$\w*\$|\bBEGIN\b|\bTHEN\b|\bELSE\b)" + Blanks;

    private const RegexOptions Rules = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline;

    private const int TimeoutMilliseconds = 1000;

    /// <summary>Returns whether a text controls transactions.</summary>
    public static bool ControlsTransactions(string text) => IsIn(Control(), text);

    /// <summary>Returns whether a text has a statement before which some servers commit.</summary>
    public static bool CommitsImplicitly(string text) => IsIn(Definition(), text);

    /// <summary>
    /// Returns whether a text has a statement about files, settings or sessions of the server, which a read-only
    /// transaction permits. Those in functions are not found.
    /// </summary>
    public static bool ChangesServer(string text) => IsIn(Administration(), text);

    private static bool IsIn(Regex regex, string text)
    {
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return true;
        }
    }

    [GeneratedRegex(Start + @"(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|PREPARE\s+TRANSACTION|XA)\b|\bREAD\s+WRITE\b|\bSET\b[^;]*\b(TRANSACTION|autocommit|\w*read_only)\b|\bRESET\s+(ALL|\w*read_only)\b|\bDISCARD\s+ALL\b|\bset_config\s*\(|\bquery_only\b", Rules, TimeoutMilliseconds)]
    private static partial Regex Control();

    [GeneratedRegex(Start + @"(CREATE|ALTER|DROP|TRUNCATE|RENAME|GRANT|REVOKE|ANALYZE|CHECK|OPTIMIZE|REPAIR|LOCK|UNLOCK|FLUSH|RESET|INSTALL|UNINSTALL|LOAD|CACHE|CALL|EXECUTE|DO)\b", Rules, TimeoutMilliseconds)]
    private static partial Regex Definition();

    [GeneratedRegex(Start + "(COPY|KILL|SHUTDOWN|RESTART|FLUSH|PURGE|VACUUM|REINDEX|CLUSTER|ALTER" + Blanks + @"SYSTEM)\b|\bSET\b[^;]*\b(GLOBAL|PERSIST|PERSIST_ONLY)\b|\bINTO\b" + Blanks + @"(OUTFILE|DUMPFILE)\b", Rules, TimeoutMilliseconds)]
    private static partial Regex Administration();
}
