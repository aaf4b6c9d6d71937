using Cenote;

namespace Snippets;

internal static class Credentials
{
    internal static ConnectionPool Create(string connectionString, TokenStore tokens)
    {
        #region expiring
        var pool = new ConnectionPoolBuilder()
            .UsePostgreSql(connectionString)
            .Configure(options => options.CredentialsProvider = async cancellationToken =>
            {
                var token = await tokens.GetAsync(cancellationToken);
                return new DatabaseCredentials(token.UserName, token.Value, token.ExpiresAt);
            })
            .Build();
        #endregion
        return pool;
    }

    internal sealed record Token(string UserName, string Value, DateTimeOffset ExpiresAt);

    internal sealed class TokenStore(string userName, string token)
    {
        internal ValueTask<Token> GetAsync(CancellationToken cancellationToken) => new(new Token(userName, token, TimeProvider.System.GetUtcNow().AddMinutes(15)));
    }
}
