namespace Cenote.ShopTests.Running;

/// <summary>The servers that the test script starts. A missing one is a failure, never a skipped test.</summary>
internal static class Servers
{
    public static string PostgreSql => Required("CENOTE_TEST_POSTGRESQL");

    public static string MySql => Required("CENOTE_TEST_MYSQL");

    private static string Required(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{variable} holds no connection string: run ./test, which starts the servers.");
}
