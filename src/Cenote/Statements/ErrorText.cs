using System.Data.Common;

namespace Cenote.Statements;

/// <summary>
/// The text of a driver's failure without the values in it. MySQL and SQL Server put values in single quotes,
/// PostgreSQL in double quotes after a colon. SQL Server puts duplicate keys in parentheses. Double-quoted names of
/// tables and columns stay.
/// </summary>
internal static class ErrorText
{
    private const int Longest = 500;

    /// <summary>
    /// The texts that PostgreSQL and SQLite write before a value. Before a name they write the kind of the object.
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
        // Microsoft.Data.Sqlite puts the whole message of SQLite in quotes. SQLite itself quotes hardly anything.
        const string Wrapping = "SQLite Error ";
        var inner = message.IndexOf(": '", StringComparison.Ordinal);
        return message.StartsWith(Wrapping, StringComparison.Ordinal) && inner > 0 && message.EndsWith("'.", StringComparison.Ordinal) && message.Length > inner + 5
            ? $"{message[..inner]}: {WithoutQuoted(message[(inner + 3)..^2])}"
            : WithoutQuoted(message);
    }

    private static string WithoutQuoted(string message)
    {
        // PostgreSQL's detail, if Npgsql includes it, is a whole row. Oracle's detail is the key.
        var end = message.IndexOf("DETAIL:", StringComparison.Ordinal);
        var text = end < 0 ? message : $"{message[..end].TrimEnd()}…";
        text = Without(text, "'", "'");
        foreach (var start in BeforeDoubleQuotes)
        {
            text = Without(text, start, "\"");
        }

        return Without(Without(text, " is (", ")"), "column values (", ")");
    }

    /// <summary>Removes the text up to the last end, because a value may contain quotes.</summary>
    private static string Without(string message, string start, string end)
    {
        var first = message.IndexOf(start, StringComparison.Ordinal);
        var last = message.LastIndexOf(end, StringComparison.Ordinal);
        return first >= 0 && last >= first + start.Length ? $"{message[..(first + start.Length)]}?{message[last..]}" : message;
    }
}
