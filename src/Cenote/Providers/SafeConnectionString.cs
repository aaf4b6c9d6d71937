using System.Collections.Frozen;
using System.Data.Common;
using System.Globalization;
using System.Text;

// An inner exception of the driver may quote the value that it refuses, and so reveal a secret.
#pragma warning disable MA0054

namespace Cenote.Providers;

/// <summary>
/// A reader and printer of connection strings that shows nothing that may be secret in a name, a log or an exception.
/// </summary>
public static class SafeConnectionString
{
    // An allow-list: an unknown keyword is dropped, not shown.
    private static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet(
        [
            "address", "addr", "network address", "server", "host", "hostname", "port", "protocol", "connection protocol",
            "data source", "datasource", "filename", "database", "database name", "initial catalog", "dbname", "catalog",
            "application name", "applicationname", "program name", "mode", "cache", "read only", "readonly", "access_mode",
            "timeout", "connect timeout", "connection timeout", "connectiontimeout", "command timeout", "default command timeout", "default timeout",
            "ssl mode", "sslmode", "encrypt", "search path", "character set", "charset", "client encoding", "encoding", "timezone",
            "target session attributes", "load balance", "load balance hosts", "foreign keys", "recursive triggers", "server type",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a connection string into a driver's builder, with exceptions that quote no part of it.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The driver's builder, which is filled.</param>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="addressKind">The kind of address that the driver expects in its <c>Data Source</c>.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentException">The text does not consist of keyword=value pairs, the driver refuses a pair,
    /// or a value seems to contain a secret: another setting, because a semicolon is missing, or credentials before an
    /// address. Lists every such value, without quoting it.</exception>
    public static TBuilder Parse<TBuilder>(TBuilder builder, string connectionString, AddressKind addressKind = AddressKind.Unknown)
        where TBuilder : DbConnectionStringBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connectionString);
        var isOdbc = UsesOdbcRules(builder);
        var pairs = Split(connectionString, isOdbc);
        List<string> problems = [.. FindProblems(pairs, connectionString, addressKind, isOdbc)];
        if (problems.Count > 0)
        {
            throw new ArgumentException($"{string.Join(' ', problems)} No part of it is shown because it may contain secrets.", nameof(connectionString));
        }

        var position = 0;
        foreach (string keyword in pairs.Keys)
        {
            position++;
            try
            {
                builder[keyword] = pairs[keyword];
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // The keyword itself may be a piece of an unquoted password.
                problems.Add(Refusal(keyword, position, pairs.Count, isOdbc));
            }
        }

        return problems.Count == 0 ? builder : throw new ArgumentException(string.Join(' ', problems), nameof(connectionString));
    }

    /// <summary>
    /// Returns the connection string with harmless keywords only, without user names and passwords. A value that seems
    /// to contain a secret is shown as <c>***</c>.
    /// </summary>
    /// <param name="builder">A builder that holds the connection string.</param>
    /// <param name="addressKind">The kind of address that the driver expects in its <c>Data Source</c>.</param>
    public static string Redact(DbConnectionStringBuilder builder, AddressKind addressKind = AddressKind.Unknown)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var text = new StringBuilder();
        foreach (string keyword in builder.Keys)
        {
            if (Harmless.Contains(keyword) && builder.ShouldSerialize(keyword) && builder.TryGetValue(keyword, out var value))
            {
                DbConnectionStringBuilder.AppendKeyValuePair(
                    text, keyword, Shown(keyword, Unquote(builder, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""), addressKind), UsesOdbcRules(builder));
            }
        }

        return text.ToString();
    }

    /// <summary>Returns a server, file or database name without the credentials that an address may contain.</summary>
    /// <param name="value">A value such as <c>tcp://user:password@host</c>, shown as <c>tcp://***@host</c>, or
    /// <c>file:shop.db?key=secret</c>, shown as <c>file:shop.db?***</c>. Shown as <c>***</c> when another setting
    /// follows.</param>
    /// <param name="addressKind">The kind of address that the driver expects in the value.</param>
    public static string Mask(string? value, AddressKind addressKind = AddressKind.Unknown) =>
        value is not null && addressKind == AddressKind.Unknown && value.AsSpan().IndexOfAny('/', '\\') < 0 && SecretValueDetector.FindFault("database", value, addressKind) == ValueFault.Suspicious
            ? "***"
            : Shown("data source", value, addressKind);

    /// <summary>
    /// Returns whether the driver reads its connection string by the rules of ODBC: braces instead of quotes.
    /// </summary>
    internal static bool UsesOdbcRules(DbConnectionStringBuilder builder) => builder.GetType().FullName == "System.Data.Odbc.OdbcConnectionStringBuilder";

    /// <summary>Returns a value of a builder without the braces of ODBC.</summary>
    internal static string Unquote(DbConnectionStringBuilder builder, string value) => UsesOdbcRules(builder) ? WithoutBraces(value) : value;

    /// <summary>Returns a value as it is set on a builder. That of ODBC takes braces for quotes.</summary>
    internal static string Quote(DbConnectionStringBuilder builder, string value) =>
        value.StartsWith('{') && UsesOdbcRules(builder) ? $"{{{value.Replace("}", "}}", StringComparison.Ordinal)}}}" : value;

    internal static string WithoutBraces(string value) =>
        value is ['{', .., '}'] ? value[1..^1].Replace("}}", "}", StringComparison.Ordinal) : value;

    /// <summary>Reads pairs by the rules of ADO.NET, or of ODBC.</summary>
    internal static DbConnectionStringBuilder ReadPairs(string connectionString, bool isOdbc) => new(isOdbc) { ConnectionString = connectionString };

    internal static bool IsHarmless(string keyword) => Harmless.Contains(keyword);

    private static string Shown(string keyword, string? value, AddressKind addressKind)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        var fault = SecretValueDetector.FindFault(keyword, value, addressKind);
        if (fault is ValueFault.AnotherSetting or ValueFault.Space)
        {
            return "***";
        }

        // Up to the last at-sign: a password may contain one. Without one the credentials are encoded.
        var at = fault == ValueFault.None ? -1 : value.LastIndexOf('@');
        if (at >= 0)
        {
            if (SecretValueDetector.FindFault(keyword, value[(at + 1)..], addressKind) != ValueFault.None)
            {
                return "***";
            }

            var scheme = value.IndexOf("://", StringComparison.Ordinal);
            var start = scheme < 0 || scheme > at ? 0 : scheme + 3;
            value = string.Concat(value.AsSpan(0, start), "***", value.AsSpan(at));
        }
        else if (fault != ValueFault.None)
        {
            return "***";
        }

        var query = value.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? value : string.Concat(value.AsSpan(0, query + 1), "***");
    }

    private static IEnumerable<string> FindProblems(DbConnectionStringBuilder pairs, string connectionString, AddressKind addressKind, bool isOdbc)
    {
        var position = 0;
        foreach (string keyword in pairs.Keys)
        {
            position++;
            var name = Harmless.Contains(keyword) || SecretValueDetector.IsKnown(keyword) ? AsWritten(keyword, connectionString) : null;
            var subject = name is null ? FormattableString.Invariant($"keyword {position} of {pairs.Count}") : $"'{name}'";
            if (keyword.Contains("://", StringComparison.Ordinal))
            {
                yield return "The connection string is a URL. Write keyword=value pairs, such as Host=db1;Database=shop;Username=app;Password=….";
            }
            else if (keyword.Contains(';', StringComparison.Ordinal))
            {
                yield return FormattableString.Invariant($"A part of the connection string before keyword {position + 1} is not a keyword=value pair. {HowToQuote(isOdbc)}");
            }

            var value = Convert.ToString(pairs[keyword], CultureInfo.InvariantCulture) ?? "";
            var fault = SecretValueDetector.FindFault(keyword, isOdbc ? WithoutBraces(value) : value, addressKind);
            if (fault == ValueFault.AnotherSetting)
            {
                yield return $"The value of {subject} in the connection string contains another setting: is a semicolon missing after {name ?? "it"}? Settings are separated by semicolons, as in Host=db1;Database=shop.";
            }
            else if (fault == ValueFault.Credentials)
            {
                yield return $"The value of {subject} in the connection string contains a user or a password before an '@': give them by keywords of their own, such as User ID and Password.";
            }
            else if (fault == ValueFault.Space)
            {
                yield return $"The value of {subject} in the connection string contains a space, which no address does: is a semicolon missing after {name ?? "it"}?";
            }
        }
    }

    // The parser of pairs has made the letters small.
    private static string AsWritten(string keyword, string connectionString)
    {
        var start = connectionString.IndexOf(keyword, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? keyword : connectionString.Substring(start, keyword.Length);
    }

    private static DbConnectionStringBuilder Split(string connectionString, bool isOdbc)
    {
        try
        {
            return ReadPairs(connectionString, isOdbc);
        }
        catch (ArgumentException)
        {
            throw new ArgumentException(
                $"The connection string is not a list of keyword=value pairs separated by semicolons. {(isOdbc ? HowToQuote(isOdbc) : "Put quotes around values that contain ';', '=' or quotes, such as Password=\"a;b\".")} Its text is not shown because it may hold secrets.",
                nameof(connectionString));
        }
    }

    private static string HowToQuote(bool isOdbc) => isOdbc
        ? "Put braces around values that contain ';' or begin with '{', such as PWD={a;b}, and write '}' in them twice."
        : "Put quotes around values that contain ';' or '='.";

    private static string Refusal(string keyword, int position, int count, bool isOdbc) =>
        Harmless.Contains(keyword)
            ? $"The driver refuses the value of '{keyword}' in the connection string. The value is not shown because it may hold secrets."
            : FormattableString.Invariant($"The driver refuses keyword {position} of {count} in the connection string: it does not know the keyword, or the value does not fit. {HowToQuote(isOdbc)} Neither is shown because they may hold secrets.");
}
