using System.Collections.Frozen;
using System.Data.Common;
using System.Globalization;
using System.Text;

// An inner exception of the driver may quote the value that it refuses: a secret must not travel along.
#pragma warning disable MA0054

namespace Cenote.Providers;

/// <summary>Reads and shows connection strings so that nothing that may be secret reaches a name, a log or an exception.</summary>
public static class SafeConnectionString
{
    // An allow-list: a keyword that nobody thought of is dropped, not shown.
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

    /// <summary>Reads a connection string into a driver's builder, with exceptions that quote nothing of it.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The driver's builder; it is filled.</param>
    /// <param name="connectionString">The connection string.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentException">The text is not made of keyword=value pairs, or the driver refuses a pair.</exception>
    public static TBuilder Read<TBuilder>(TBuilder builder, string connectionString)
        where TBuilder : DbConnectionStringBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connectionString);
        var pairs = Split(connectionString);
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
                throw new ArgumentException(Refusal(keyword, position, pairs.Count), nameof(connectionString));
            }
        }

        return builder;
    }

    /// <summary>The connection string with harmless keywords only; user names and passwords are among what is dropped.</summary>
    /// <param name="builder">A builder that holds the connection string.</param>
    public static string Redact(DbConnectionStringBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var text = new StringBuilder();
        foreach (string keyword in builder.Keys)
        {
            if (Harmless.Contains(keyword) && builder.ShouldSerialize(keyword) && builder.TryGetValue(keyword, out var value))
            {
                DbConnectionStringBuilder.AppendKeyValuePair(text, keyword, Mask(Convert.ToString(value, CultureInfo.InvariantCulture)));
            }
        }

        return text.ToString();
    }

    /// <summary>A server, file or database name without the credentials that an address may carry.</summary>
    /// <param name="value">Such as <c>tcp://user:password@host</c>, shown as <c>tcp://***@host</c>, or <c>file:shop.db?key=secret</c>, shown as <c>file:shop.db?***</c>.</param>
    public static string Mask(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        var scheme = value.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            // Up to the last at-sign: a password may contain one.
            var at = value.LastIndexOf('@');
            if (at > scheme)
            {
                value = string.Concat(value.AsSpan(0, scheme + 3), "***", value.AsSpan(at));
            }
        }

        var query = value.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? value : string.Concat(value.AsSpan(0, query + 1), "***");
    }

    private static DbConnectionStringBuilder Split(string connectionString)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            throw new ArgumentException(
                "The connection string is not a list of keyword=value pairs separated by semicolons. Put quotes around values that contain ';', '=' or quotes, such as Password=\"a;b\". Its text is not shown because it may hold secrets.",
                nameof(connectionString));
        }
    }

    private static string Refusal(string keyword, int position, int count) =>
        Harmless.Contains(keyword)
            ? $"The driver refuses the value of '{keyword}' in the connection string. The value is not shown because it may hold secrets."
            : FormattableString.Invariant($"The driver refuses keyword {position} of {count} in the connection string: it does not know the keyword, or the value does not fit. Put quotes around values that contain ';' or '='. Neither is shown because they may hold secrets.");
}
