namespace Cenote.EntityFrameworkCoreTests.Databases;

/// <summary>The servers that ./test starts.</summary>
internal static class TestServers
{
    /// <summary>A superuser's connection string.</summary>
    internal static string PostgreSql => Read("CENOTE_TEST_POSTGRESQL");

    private static string Read(string variable) =>
        Environment.GetEnvironmentVariable(variable)
        ?? throw new InvalidOperationException($"{variable} is not set: run ./test, which starts the servers and sets it.");
}
