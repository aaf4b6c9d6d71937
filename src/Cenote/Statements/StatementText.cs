using System.Text;
using System.Text.RegularExpressions;
using Cenote.Providers;

namespace Cenote.Statements;

/// <summary>Makes one text of all that differ only in their literals, their comments and their white space.</summary>
internal static class StatementText
{
    private const int Longest = 2000;

    private static readonly Regex Values = new(@"\((?:\?|[@:$?]\w+)(?: ?, ?(?:\?|[@:$?]\w+))+\)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    private static readonly Regex Rows = new(@"\(…\)(?: ?, ?\(…\))+", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    internal static string WithoutLiterals(string text, SqlLiterals literals)
    {
        var shape = new StringBuilder(Math.Min(text.Length, Longest));
        var scanner = new LiteralScanner(text, literals);
        while (!scanner.IsAtEnd && shape.Length < 4 * Longest)
        {
            scanner.AppendNext(shape);
        }

        // Lists of values are as long as their number: one text for all lengths.
        var result = Rows.Replace(Values.Replace(shape.ToString().Trim(), "(…)"), "(…), …");
        return result.Length <= Longest ? result : string.Concat(result.AsSpan(0, Longest - 1), "…");
    }
}
