using System.Text.RegularExpressions;

namespace Cenote.Cli.Measuring;

/// <summary>
/// Finds statements in a text that end a read-only transaction, or turn it off. Quotes are not understood: a text is
/// rather refused too often.
/// </summary>
internal static partial class StatementText
{
    // White space, comments, and the start of a comment that MySQL executes.
    private const string Start = @"(^|;|\$\w*\$|\bBEGIN\b|\bTHEN\b|\bELSE\b)(?>(\s|--[^\n]*|\#[^\n]*|/\*!\d*|/\*.*?\*/)*)";

    private const RegexOptions Rules = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline;

    private const int TimeoutMilliseconds = 1000;

    /// <summary>Returns whether a text controls transactions.</summary>
    public static bool ControlsTransactions(string text) => IsIn(Control(), text);

    /// <summary>Returns whether a text has a statement before which some servers commit.</summary>
    public static bool CommitsImplicitly(string text) => IsIn(Definition(), text);

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
}
