namespace Cenote.PostgreSql;

/// <summary>
/// What connection poolers between say on their own account. They answer with one SQLSTATE for everything, which stands
/// for something else (PgBouncer 1.7 to 1.25: 08P01, PgCat and PgDog: 58000, Supavisor: XX000): only the text tells.
/// Read in their sources; pgpool-II and Odyssey have 53300 for a full house.
/// </summary>
internal static class PoolerFailures
{
    /// <summary>
    /// Parts of PgBouncer's answers. The server's own ones with that code are about the protocol, and quote no text of
    /// a user.
    /// </summary>
    private static readonly (string Text, FailureKind Kind)[] InPgBouncer =
    [
        // max_client_conn, max_db_client_connections, max_user_client_connections
        ("no more connections allowed", FailureKind.TooManyConnections),
        ("client connections exceeded", FailureKind.TooManyConnections),

        // From 1.24 it quotes why it cannot log in to the server itself.
        ("cached error: sorry, too many clients already", FailureKind.TooManyConnections),
        ("cached error: remaining connection slots are reserved", FailureKind.TooManyConnections),
        ("cached error: too many connections for", FailureKind.TooManyConnections),
        ("cached error: password authentication failed", FailureKind.InvalidCredentials),

        // No server was free in time, or none lets it in just now. The client is sent away; other clients keep what
        // they have.
        ("query_wait_timeout", FailureKind.Transient),
        ("server login has been failing", FailureKind.Transient),
        ("client_login_timeout", FailureKind.Transient),

        // Its own limit for statements.
        ("query timeout", FailureKind.QueryTimeout),
        ("query_timeout", FailureKind.QueryTimeout),
        ("startup parameter", FailureKind.InvalidConfiguration),
        ("no such database", FailureKind.InvalidConfiguration),
        ("SSL required", FailureKind.InvalidConfiguration),
        ("no such user", FailureKind.InvalidCredentials),
        ("authentication failed", FailureKind.InvalidCredentials),
        ("login rejected", FailureKind.InvalidCredentials),
        ("empty password returned by client", FailureKind.InvalidCredentials),
    ];

    /// <summary>
    /// Beginnings of others' answers. The server's own ones with these codes may quote names that users chose.
    /// </summary>
    private static readonly (string Text, FailureKind Kind)[] InOthers =
    [
        // PgCat, PgDog
        ("could not get connection from the pool", FailureKind.Transient),
        ("checkout failure limit reached", FailureKind.Transient),
        ("checkout timeout", FailureKind.Transient),
        ("pool statement timeout", FailureKind.QueryTimeout),
        ("No pool configured for database", FailureKind.InvalidConfiguration),
        ("only TLS connections are allowed", FailureKind.InvalidConfiguration),

        // Supavisor 2, with its own codes and before it had them
        ("(EMAXCONN", FailureKind.TooManyConnections),
        ("(EMAXPOOLSREACHED)", FailureKind.TooManyConnections),
        ("MaxClientsInSessionMode", FailureKind.TooManyConnections),
        ("Max client connections reached", FailureKind.TooManyConnections),
        ("(ECHECKOUTTIMEOUT)", FailureKind.Transient),
        ("(ECHECKOUTRETRIES)", FailureKind.Transient),
        ("(ESSLREQUIRED)", FailureKind.InvalidConfiguration),
        ("(EWRONGPASSWORD)", FailureKind.InvalidCredentials),
        ("(ECIRCUITBREAKER)", FailureKind.InvalidCredentials),
        ("(ENOTFOUND)", FailureKind.InvalidCredentials),
        ("Tenant or user not found", FailureKind.InvalidCredentials),
    ];

    /// <summary>Determines what a pooler's answer means.</summary>
    /// <returns><see langword="null"/> for everything that a server says, and for what a pooler says of a connection
    /// that it closes.</returns>
    internal static FailureKind? Classify(PostgresException error) => error.SqlState switch
    {
        "08P01" => Find(InPgBouncer, text => error.MessageText.Contains(text, StringComparison.Ordinal)),
        "08004" or "58000" or "XX000" => Find(InOthers, text => error.MessageText.StartsWith(text, StringComparison.Ordinal)),
        _ => null,
    };

    /// <summary>Determines whether a pooler says that it ended the statement because of a limit of its own.</summary>
    internal static bool IsTimeout(PostgresException error) => Classify(error) == FailureKind.QueryTimeout;

    private static FailureKind? Find((string Text, FailureKind Kind)[] answers, Predicate<string> isIt)
    {
        foreach (var (text, kind) in answers)
        {
            if (isIt(text))
            {
                return kind;
            }
        }

        return null;
    }
}
