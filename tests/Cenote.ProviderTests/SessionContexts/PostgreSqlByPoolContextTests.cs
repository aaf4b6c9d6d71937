namespace Cenote.ProviderTests.SessionContexts;

/// <summary>PostgreSQL with <see cref="SessionReset.ByPool"/>.</summary>
public sealed class PostgreSqlByPoolContextTests : PostgreSqlSessionContextSuite
{
    protected override SessionReset Way => SessionReset.ByPool;
}
