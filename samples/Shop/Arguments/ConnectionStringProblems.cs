using System.Data.Common;
using System.Text.RegularExpressions;
using Cenote.Providers;
using MySqlConnector;
using Npgsql;

namespace Cenote.Shop.Arguments;

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
            problems.Add("--connection does not name a server. It needs Host=….");
        }

        return problems;
    }

    public static IEnumerable<string> OfMySql(string text)
    {
        var builder = new MySqlConnectionStringBuilder();
        var problems = Fill(text, builder, "Server=localhost;User ID=me;Password=…;Database=shop");
        if (problems.Count == 0 && string.IsNullOrWhiteSpace(builder.Server))
        {
            problems.Add("--connection does not name a server. It needs Server=….");
        }

        if (problems.Count == 0 && string.IsNullOrWhiteSpace(builder.Database))
        {
            problems.Add("--connection does not name a database. It needs Database=….");
        }

        return problems;
    }

    private static List<string> Fill(string text, DbConnectionStringBuilder target, string example)
    {
        if (UrlStart().IsMatch(text))
        {
            return [$"--connection looks like a URL. Give a list like {example}."];
        }

        try
        {
            _ = new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException)
        {
            return [$"--connection cannot be read. Give a list like {example}."];
        }

        try
        {
            // The same rules as in the pools themselves: the run shows where it works. They do not repeat an unknown
            // keyword: it may be a piece of a password.
            SafeConnectionString.Parse(target, text, AddressKind.Server);
            return [];
        }
        catch (ArgumentException exception)
        {
            return [$"--connection: {exception.Message.Split(" (Parameter")[0]}"];
        }
    }

    [GeneratedRegex(@"^\s*[a-z0-9+.]+://", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UrlStart();
}
