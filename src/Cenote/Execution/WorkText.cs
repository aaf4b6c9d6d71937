using System.Collections.Frozen;
using System.Data;

namespace Cenote.Execution;

/// <summary>
/// A guess of a statement's effect from its words, including those in literals, names and comments. One too many costs
/// a retry; one too few would run committed work twice.
/// </summary>
internal static class WorkText
{
    // Words that end transactions somewhere, words before which MySQL and MariaDB commit, and words that run texts and
    // procedures not seen here.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Leaving = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "ABORT", "ROLLBACK", "BEGIN", "START", "AUTOCOMMIT", "XA", "PREPARE", "CALL", "EXEC", "EXECUTE",
        "CREATE", "ALTER", "DROP", "TRUNCATE", "RENAME", "GRANT", "REVOKE", "LOCK", "UNLOCK", "PASSWORD",
        "ANALYZE", "BACKUP", "CACHE", "CHANGE", "CHECK", "FLUSH", "IMPORT", "INSTALL", "LOAD", "OPTIMIZE", "REPAIR", "RESET", "STOP", "UNINSTALL")
        .GetAlternateLookup<ReadOnlySpan<char>>();

    internal static WorkEffect EffectOf(CommandType type, ReadOnlySpan<char> text)
    {
        // DuckDB.NET 1.5.6.1 reports 0, which is not a type of command, until one is set.
        var effect = type is CommandType.Text or default(CommandType) ? WorkEffect.None : WorkEffect.LeavesTransaction;
        for (var index = 0; index < text.Length; index++)
        {
            // Not begun by a digit: MySQL executes /*!50000COMMIT*/.
            if (!IsLetter(text[index]))
            {
                continue;
            }

            var start = index;
            while (index < text.Length && (IsLetter(text[index]) || char.IsDigit(text[index])))
            {
                index++;
            }

            var word = text[start..index];
            if (word.Equals("COMMIT", StringComparison.OrdinalIgnoreCase)
                || (word.Equals("END", StringComparison.OrdinalIgnoreCase) && MayBeginStatement(text, start)))
            {
                return WorkEffect.Commits;
            }

            if (Leaving.Contains(word))
            {
                effect = WorkEffect.LeavesTransaction;
            }
        }

        return effect;
    }

    // END commits only as the first word of a statement. Elsewhere it ends a CASE, which must not cost work its
    // retries. Comments obscure the first word.
    private static bool MayBeginStatement(ReadOnlySpan<char> text, int index)
    {
        if (text.Contains("--", StringComparison.Ordinal) || text.Contains("/*", StringComparison.Ordinal) || text.Contains('#'))
        {
            return true;
        }

        var before = text[..index].TrimEnd();
        return before.IsEmpty || !(char.IsAsciiLetterOrDigit(before[^1]) || "_'\"`)],.(".Contains(before[^1], StringComparison.Ordinal));
    }

    private static bool IsLetter(char character) => char.IsLetter(character) || character == '_';
}
