namespace Cenote.Testing;

/// <summary>The connection strings of the servers that <c>./test</c> starts.</summary>
public static class RealServers
{
    /// <summary>The connection string of a superuser.</summary>
    public static string PostgreSql => Read("CENOTE_TEST_POSTGRESQL");

    /// <summary>The connection string of a user without privileges.</summary>
    public static string PostgreSqlOrdinary => Read("CENOTE_TEST_POSTGRESQL_ORDINARY");

    /// <summary>The connection string of a user with all privileges.</summary>
    public static string MySql => Read("CENOTE_TEST_MYSQL");

    private static string Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? text
        : throw new InvalidOperationException($"{variable} is not set: run ./test, which starts the servers and sets it.");
}
