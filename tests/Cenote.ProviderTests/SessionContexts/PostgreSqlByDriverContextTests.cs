namespace Cenote.ProviderTests.SessionContexts;

/// <summary>PostgreSQL with <see cref="SessionReset.ByDriver"/>.</summary>
public sealed class PostgreSqlByDriverContextTests : PostgreSqlSessionContextSuite
{
    protected override SessionReset Way => SessionReset.ByDriver;
}
