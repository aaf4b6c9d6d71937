namespace Cenote.ProviderTests;

/// <summary>The servers that ./test starts.</summary>
internal static class TestServers
{
    /// <summary>A superuser's connection string.</summary>
    internal static string PostgreSql => Read("CENOTE_TEST_POSTGRESQL");

    /// <summary>The connection string of a user with all privileges.</summary>
    internal static string MySql => Read("CENOTE_TEST_MYSQL");

    private static string Read(string variable) =>
        Environment.GetEnvironmentVariable(variable)
        ?? throw new InvalidOperationException($"{variable} is not set: run ./test, which starts the servers and sets it.");
}
