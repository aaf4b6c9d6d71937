namespace Cenote.ProxyTests;

/// <summary>Answers of poolers that Debian does not have, as their sources write them.</summary>
public sealed class PoolerAnswerTests
{
    [Theory]

    // PgBouncer 1.24 and 1.25
    [InlineData("08P01", "client connections exceeded (max_db_client_connections)", FailureKind.TooManyConnections)]
    [InlineData("08P01", "client connections exceeded (max_user_client_connections)", FailureKind.TooManyConnections)]
    [InlineData("08P01", "server login has been failing, cached error: sorry, too many clients already (server_login_retry)", FailureKind.TooManyConnections)]
    [InlineData("08P01", "server login has been failing, cached error: connect timeout (server_login_retry)", FailureKind.Transient)]
    [InlineData("08P01", "server login has been failing, cached error: password authentication failed for user \"a\" (server_login_retry)", FailureKind.InvalidCredentials)]
    [InlineData("08P01", "unsupported startup parameter in options: statement_timeout", FailureKind.InvalidConfiguration)]
    [InlineData("08P01", "unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed", FailureKind.InvalidConfiguration)]
    [InlineData("08P01", "query timeout", FailureKind.QueryTimeout)]
    [InlineData("08P01", "SASL authentication failed", FailureKind.InvalidCredentials)]
    [InlineData("08P01", "client_idle_timeout", FailureKind.ConnectionLost)]
    [InlineData("08P01", "idle transaction timeout", FailureKind.ConnectionLost)]
    [InlineData("08P01", "pooler is shutting down", FailureKind.ConnectionLost)]
    [InlineData("08P01", "admin forced disconnect", FailureKind.ConnectionLost)]
    [InlineData("08P01", "server conn crashed?", FailureKind.ConnectionLost)]

    // Odyssey and pgpool-II
    [InlineData("53300", "too many tcp connections (global client_max 2)", FailureKind.TooManyConnections)]
    [InlineData("53300", "Sorry, too many clients already", FailureKind.TooManyConnections)]
    [InlineData("08S01", "pgpool is not accepting any new connections", FailureKind.ConnectionLost)]

    // PgCat and PgDog
    [InlineData("58000", "could not get connection from the pool - AllServersDown", FailureKind.Transient)]
    [InlineData("58000", "No pool configured for database: \"a\", user: \"b\"", FailureKind.InvalidConfiguration)]
    [InlineData("58000", "pool statement timeout", FailureKind.QueryTimeout)]
    [InlineData("58000", "checkout timeout", FailureKind.Transient)]
    [InlineData("08004", "only TLS connections are allowed", FailureKind.InvalidConfiguration)]

    // Supavisor
    [InlineData("XX000", "(EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15", FailureKind.TooManyConnections)]
    [InlineData("XX000", "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms in Transaction mode", FailureKind.Transient)]
    [InlineData("XX000", "(ENOTFOUND) tenant/user a.b not found", FailureKind.InvalidCredentials)]

    // The server's own words with the same codes
    [InlineData("08P01", "invalid message format", FailureKind.ConnectionLost)]
    public async Task An_answer_of_a_pooler_is_recognized_by_its_text(string sqlState, string text, FailureKind kind)
    {
        await using var provider = new PostgreSqlProvider("Host=127.0.0.1");
        Assert.Equal(kind, provider.ClassifyFailure(new PostgresException(text, "FATAL", "FATAL", sqlState)));
    }

    [Theory]
    [InlineData("XX000", "invalid page in block 1 of relation \"checkout timeout\"")]
    [InlineData("58000", "could not read file")]
    [InlineData("42601", "query_wait_timeout")]
    public async Task Error_of_a_statement_stays_an_error(string sqlState, string text)
    {
        await using var provider = new PostgreSqlProvider("Host=127.0.0.1");
        Assert.Equal(FailureKind.Other, provider.ClassifyFailure(new PostgresException(text, "ERROR", "ERROR", sqlState)));
    }
}
