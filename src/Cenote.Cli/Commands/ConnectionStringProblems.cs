using System.Data.Common;
using System.Text.RegularExpressions;
using Cenote.Providers;
using MySqlConnector;
using Npgsql;

namespace Cenote.Cli.Commands;

/// <summary>
/// Says what is wrong with a connection string in words of our own: the drivers repeat what they cannot read,
/// and in a mistyped connection string that may be the password.
/// </summary>
internal static partial class ConnectionStringProblems
{
    public static IEnumerable<string> OfPostgreSql(string text)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        var problems = Fill(text, builder, "Host=localhost;Username=me;Password=…;Database=shop");
        if (problems.Count == 0 && string.IsNullOrWhiteSpace(builder.Host))
        {
            problems.Add("--connection names no server: it needs Host=….");
        }

        return problems;
    }

    public static IEnumerable<string> OfMySql(string text)
    {
        var builder = new MySqlConnectionStringBuilder();
        var problems = Fill(text, builder, "Server=localhost;User ID=me;Password=…;Database=shop");
        if (problems.Count == 0 && string.IsNullOrWhiteSpace(builder.Server))
        {
            problems.Add("--connection names no server: it needs Server=….");
        }

        if (problems.Count == 0 && string.IsNullOrWhiteSpace(builder.Database))
        {
            problems.Add("--connection names no database: it needs Database=….");
        }

        return problems;
    }

    private static List<string> Fill(string text, DbConnectionStringBuilder target, string example)
    {
        if (UrlStart().IsMatch(text))
        {
            return [$"--connection looks like a URL; it must be a list like {example}."];
        }

        var plain = new DbConnectionStringBuilder();
        try
        {
            plain.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            return [$"--connection cannot be read; it must be a list like {example}."];
        }

        var problems = new List<string>();
        foreach (string key in plain.Keys)
        {
            try
            {
                target[key] = plain[key];
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException)
            {
                problems.Add(SafeKey().IsMatch(key)
                    ? $"--connection: the driver does not know the setting '{key}', or not with this value."
                    : "--connection: the driver does not know one of the settings. Quote values that contain a semicolon.");
            }
        }

        if (problems.Count == 0)
        {
            try
            {
                // The same rules as in the pools themselves: the run shows where it works.
                SafeConnectionString.Read(target, text, AddressKind.Server);
            }
            catch (ArgumentException exception)
            {
                problems.Add($"--connection: {exception.Message.Split(" (Parameter")[0]}");
            }
        }

        return problems;
    }

    [GeneratedRegex(@"^\s*[a-z0-9+.]+://", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UrlStart();

    // Settings are words; a piece of a password seldom is.
    [GeneratedRegex("^[A-Za-z][A-Za-z _-]{1,40}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SafeKey();
}
