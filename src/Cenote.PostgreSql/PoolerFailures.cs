namespace Cenote.PostgreSql;

/// <summary>
/// The failures of connection poolers. They use one SQLSTATE with another meaning for all failures (PgBouncer 1.7 to
/// 1.25: 08P01, PgCat and PgDog: 58000, Supavisor: XX000), so only the text is conclusive. Texts are from their
/// sources. pgpool-II and Odyssey use 53300 for too many clients.
/// </summary>
internal static class PoolerFailures
{
    /// <summary>
    /// Parts of PgBouncer's messages. The server's own messages with that code concern the protocol, and quote no text
    /// of a user.
    /// </summary>
    private static readonly (string Text, FailureKind Kind)[] InPgBouncer =
    [
        // max_client_conn, max_db_client_connections, max_user_client_connections
        ("no more connections allowed", FailureKind.TooManyConnections),
        ("client connections exceeded", FailureKind.TooManyConnections),

        // From 1.24 it quotes the reason why it cannot log in to the server.
        ("cached error: sorry, too many clients already", FailureKind.TooManyConnections),
        ("cached error: remaining connection slots are reserved", FailureKind.TooManyConnections),
        ("cached error: too many connections for", FailureKind.TooManyConnections),
        ("cached error: password authentication failed", FailureKind.InvalidCredentials),

        // No server was free in time, or every server rejects the pooler now. The client is disconnected, and other
        // clients keep their connections.
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
    /// The beginnings of other poolers' messages. The server's own messages with these codes may quote names that users
    /// chose.
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

        // Supavisor 2, with and without its own codes
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

    /// <summary>Determines the meaning of a pooler's message.</summary>
    /// <returns>The kind, or <see langword="null"/> for messages of a server, and for a pooler's message about a closed
    /// connection.</returns>
    internal static FailureKind? Classify(PostgresException error) => error.SqlState switch
    {
        "08P01" => Find(InPgBouncer, text => error.MessageText.Contains(text, StringComparison.Ordinal)),
        "08004" or "58000" or "XX000" => Find(InOthers, text => error.MessageText.StartsWith(text, StringComparison.Ordinal)),
        _ => null,
    };

    /// <summary>Determines whether a pooler reports that it ended the statement because of its own limit.</summary>
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
