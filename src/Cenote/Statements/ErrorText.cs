using System.Data.Common;

namespace Cenote.Statements;

/// <summary>
/// What a driver said of a failure, without the values that it quotes: MySQL and SQL Server quote them singly,
/// PostgreSQL doubly after a colon (and names of tables and columns doubly, which stay), SQL Server puts duplicate keys
/// in parentheses.
/// </summary>
internal static class ErrorText
{
    private const int Longest = 500;

    /// <summary>
    /// What PostgreSQL and SQLite write before a value; before a name they write what it is the name of.
    /// </summary>
    private static readonly string[] BeforeDoubleQuotes = [": \"", "near \"", "value \""];

    internal static string Of(Exception exception)
    {
        var state = exception is DbException { SqlState: { Length: > 0 } code } ? $" {code}" : "";
        var text = $"{exception.GetType().Name}{state}: {WithoutValues(exception.Message)}";
        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest - 1), "…");
    }

    private static string WithoutValues(string message)
    {
        // Microsoft.Data.Sqlite puts all that SQLite said in quotes, SQLite itself hardly anything.
        const string Wrapping = "SQLite Error ";
        var inner = message.IndexOf(": '", StringComparison.Ordinal);
        return message.StartsWith(Wrapping, StringComparison.Ordinal) && inner > 0 && message.EndsWith("'.", StringComparison.Ordinal) && message.Length > inner + 5
            ? $"{message[..inner]}: {WithoutQuoted(message[(inner + 3)..^2])}"
            : WithoutQuoted(message);
    }

    private static string WithoutQuoted(string message)
    {
        // PostgreSQL's detail, where Npgsql is told to include it, is a whole row; Oracle's is its key.
        var end = message.IndexOf("DETAIL:", StringComparison.Ordinal);
        var text = end < 0 ? message : $"{message[..end].TrimEnd()}…";
        text = Without(text, "'", "'");
        foreach (var start in BeforeDoubleQuotes)
        {
            text = Without(text, start, "\"");
        }

        return Without(Without(text, " is (", ")"), "column values (", ")");
    }

    /// <summary>To the last end: a value may hold quotes of its own.</summary>
    private static string Without(string message, string start, string end)
    {
        var first = message.IndexOf(start, StringComparison.Ordinal);
        var last = message.LastIndexOf(end, StringComparison.Ordinal);
        return first >= 0 && last >= first + start.Length ? $"{message[..(first + start.Length)]}?{message[last..]}" : message;
    }
}
