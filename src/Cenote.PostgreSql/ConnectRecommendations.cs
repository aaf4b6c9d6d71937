namespace Cenote.PostgreSql;

/// <summary>
/// The recommendations for rejected connections, with the setting, or the limit of a pooler before the server.
/// </summary>
internal static class ConnectRecommendations
{
    internal static string? For(Exception exception, NpgsqlConnectionStringBuilder settings)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is PostgresException error)
            {
                return For(error, settings);
            }
        }

        return null;
    }

    /// <summary>Gets the start-up parameter that a pooler rejects.</summary>
    /// <returns>The parameter, or <see langword="null"/> for another failure.</returns>
    internal static string? RefusedParameter(PostgresException error)
    {
        const string Refusal = "unsupported startup parameter";
        if (PoolerFailures.Classify(error) != FailureKind.InvalidConfiguration || !error.MessageText.Contains("startup parameter", StringComparison.Ordinal))
        {
            return null;
        }

        // PgBouncer to 1.19: "unsupported startup parameter: options"; from 1.20 also "… in options:
        // statement_timeout", and a sentence on the form of options.
        return error.MessageText.Contains("options", StringComparison.Ordinal) ? "options"
            : error.MessageText.StartsWith(Refusal + ": ", StringComparison.Ordinal) ? error.MessageText[(Refusal.Length + 2)..] : "";
    }

    private static string? For(PostgresException error, NpgsqlConnectionStringBuilder settings)
    {
        if (RefusedParameter(error) is { } parameter)
        {
            return $"A pooler before the server rejects a start-up parameter{SentBy(parameter, settings)}. Remove it, or add it to the pooler's ignore_startup_parameters, which drops it. The setting then has no effect.";
        }

        return (PoolerFailures.Classify(error), error.MessageText) switch
        {
            (FailureKind.TooManyConnections, var text) when text.StartsWith("server login", StringComparison.Ordinal) =>
                "The server accepts no more connections of the pooler before it. Lower the pooler's pool sizes, or raise the server's max_connections.",
            (FailureKind.TooManyConnections, _) =>
                "A pooler before the server has its maximum number of clients. Raise its limit (PgBouncer: max_client_conn, max_db_client_connections, max_user_client_connections), or lower the sizes of the pools that share it.",
            (FailureKind.Transient, var text) when text.StartsWith("server login", StringComparison.Ordinal) || text.StartsWith("client_login_timeout", StringComparison.Ordinal) =>
                "The pooler before the server answers, but cannot log in to the server. Check the server and the pooler's log.",
            (FailureKind.Transient, _) =>
                "No server connection of the pooler was free in time. Raise its pool size (PgBouncer: default_pool_size, max_db_connections), or lower MaxSize to it.",
            (FailureKind.InvalidConfiguration, _) =>
                "A pooler before the server rejects a setting of the connection string. Compare Database and SSL Mode with the pooler's configuration.",
            _ => error.SqlState == PostgresErrorCodes.InvalidCatalogName ? "The database of the connection string does not exist on the server. Correct Database." : null,
        };
    }

    private static string SentBy(string parameter, NpgsqlConnectionStringBuilder settings) => parameter switch
    {
        "options" when !string.IsNullOrEmpty(settings.Options) => ", 'options', which Options in the connection string sends",
        "search_path" => ", 'search_path', which Search Path in the connection string sends",
        "TimeZone" or "timezone" => $", '{parameter}', which Timezone in the connection string sends",
        "client_encoding" => ", 'client_encoding', which Client Encoding in the connection string sends",
        "application_name" => ", 'application_name', which Application Name in the connection string sends",
        "options" => ", 'options', which the PGOPTIONS variable of the environment or QueryTimeout sends",
        _ => "",
    };
}
