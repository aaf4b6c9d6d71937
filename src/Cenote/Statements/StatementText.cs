using System.Text;
using System.Text.RegularExpressions;
using Cenote.Providers;

namespace Cenote.Statements;

/// <summary>
/// The normalization of statements: one text for statements that differ only in literals, comments and white space.
/// </summary>
internal static class StatementText
{
    private const int Longest = 2000;

    private static readonly Regex Values = new(@"\((?:\?|[@:$?]\w+)(?: ?, ?(?:\?|[@:$?]\w+))+\)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    private static readonly Regex Rows = new(@"\(…\)(?: ?, ?\(…\))+", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>Skips to the end of the statement, and shows one question mark for the rest.</summary>
    private static void HideRest(ref LiteralScanner scanner, StringBuilder shape)
    {
        var isData = EndsWithWord(shape, "STDIN");
        var length = shape.Length;
        while (!scanner.IsAtEnd)
        {
            shape.Length = length;
            scanner.AppendNext(shape);

            // Data in the text of a COPY may contain semicolons.
            if (!isData && shape.Length == length + 1 && shape[length] == ';')
            {
                shape.Length = length;
                shape.Append(length > 0 && shape[length - 1] == '(' ? "?);" : " ?;");
                return;
            }
        }

        shape.Length = length;
        shape.Append(length > 0 && shape[length - 1] == '(' ? "?)" : isData ? "" : " ?");
    }

    private static bool EndsWithWord(StringBuilder shape, string word) =>
        shape.Length >= word.Length && shape.ToString(shape.Length - word.Length, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase);

    internal static string WithoutLiterals(string text, SqlLiteralRules literals)
    {
        var shape = new StringBuilder(Math.Min(text.Length, Longest));
        var scanner = new LiteralScanner(text, literals);
        var settings = new SettingStatement();
        while (!scanner.IsAtEnd && shape.Length < 4 * Longest)
        {
            var start = shape.Length;
            scanner.AppendNext(shape);
            var part = shape.ToString(start, shape.Length - start);
            if (part.Length > 0 && part != " " && settings.IsBeforeValue(part))
            {
                HideRest(ref scanner, shape);
                settings = new SettingStatement();
            }
        }

        // Lists of values of all lengths become one text.
        var result = Rows.Replace(Values.Replace(shape.ToString().Trim(), "(…)"), "(…), …");
        return result.Length <= Longest ? result : string.Concat(result.AsSpan(0, Longest - 1), "…");
    }
}
