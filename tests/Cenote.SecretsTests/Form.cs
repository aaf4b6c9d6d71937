using Cenote.ProviderTests.Oracle;
using DuckDB.NET.Data;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using MySqlConnector;

namespace Cenote.SecretsTests;

/// <summary>How one provider is given a connection string.</summary>
/// <param name="Name">The provider.</param>
/// <param name="Create">Constructs it.</param>
/// <param name="Server">The keyword for the server, or the file.</param>
/// <param name="Database">The keyword for the database; for drivers without one, another whose value is shown.</param>
/// <param name="User">The keyword for the user.</param>
/// <param name="Address">An address at which nothing listens, or a file that cannot be opened.</param>
/// <param name="SecretKeywords">Every keyword that holds a secret.</param>
internal sealed record Form(
    string Name, Func<string, DatabaseProvider> Create, string Server, string Database, string User, string Address, params string[] SecretKeywords)
{
    private const string NoFile = "/nowhere/shop.db";

    private static readonly string[] Npgsql = ["Password", "SSL Password", "Pwd"];
    private static readonly string[] MySql = ["Password", "Pwd", "Certificate Password"];
    private static readonly string[] SqlServer = ["Password", "Pwd"];

    public static IReadOnlyList<Form> All { get; } =
    [
        new("PostgreSQL", text => new PostgreSqlProvider(text), "Host", "Database", "Username", "127.0.0.1;Port=1", Npgsql),
        new("MySQL", text => new MySqlProvider(text), "Server", "Database", "User ID", "127.0.0.1;Port=1", MySql),
        new("SQL Server", text => new SqlServerProvider(text), "Data Source", "Initial Catalog", "User ID", "127.0.0.1,1", SqlServer),
        new("SQLite", text => new SqliteProvider(text), "Data Source", "Mode", "Cache", NoFile, "Password"),
        new("Oracle", text => new OracleProvider(new FakeOracleFactory(new FakeOracleDatabase()), text), "Data Source", "Connection Timeout", "User Id", "127.0.0.1:1/shop", "Password", "Proxy Password"),
        // These drivers' own telemetry shows the connection string, without the password only: the providers made for
        // them see to the passwords of certificates.
        Any("Npgsql", NpgsqlFactory.Instance, "Host", "Database", "Username", "127.0.0.1;Port=1", "Password", "Pwd"),
        Any("MySqlConnector", MySqlConnectorFactory.Instance, "Server", "Database", "User ID", "127.0.0.1;Port=1", "Password", "Pwd"),
        Any("SqlClient", SqlClientFactory.Instance, "Data Source", "Initial Catalog", "User ID", "127.0.0.1,1", SqlServer),
        Any("Microsoft.Data.Sqlite", SqliteFactory.Instance, "Data Source", "Mode", "Cache", NoFile, "Password"),
        Any("DuckDB", DuckDBClientFactory.Instance, "Data Source", "access_mode", "User", NoFile, "motherduck_token", "Password"),
        Any("a driver without a builder", Builderless.Of(NpgsqlFactory.Instance), "Host", "Database", "Username", "127.0.0.1;Port=1", "Password", "Pwd"),
        Any("a driver that parses as it opens", Builderless.ThatParsesLate, "Server", "Database", "User ID", "127.0.0.1", "Password", "Pwd", "AccountKey", "SharedAccessKey"),
    ];

    /// <summary>The shape of a connection string with this provider's keywords.</summary>
    public string Fill(string shape) => Malformed.Fill(shape, Server, Database, User, SecretKeywords[0], Address);

    private static Form Any(string driver, DbProviderFactory factory, string server, string database, string user, string address, params string[] secrets) =>
        new("AdoNetProvider over " + driver, text => new AdoNetProvider(factory, text, new AdoNetProviderOptions { PasswordKeyword = "Password" }), server, database, user, address, secrets);
}
