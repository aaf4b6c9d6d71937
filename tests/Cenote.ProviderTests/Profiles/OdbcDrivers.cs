using System.Data.Odbc;
using System.Globalization;
using MySqlConnector;

namespace Cenote.ProviderTests.Profiles;

/// <summary>The ODBC drivers of Debian, and connection strings for the servers of <c>./test</c>.</summary>
internal static class OdbcDrivers
{
    internal static string PostgreSql(string? user = null, string? password = null)
    {
        var server = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql);
        return Text("psqlodbcw.so", server.Host!, server.Port, server.Database!, user ?? server.Username!, password ?? server.Password!);
    }

    internal static string MariaDb(string? user = null, string? password = null)
    {
        var server = new MySqlConnectionStringBuilder(RealServers.MySql);
        return Text("libmaodbc.so", server.Server, (int)server.Port, server.Database, user ?? server.UserID, password ?? server.Password);
    }

    internal static string Sqlite(string file) => $"Driver={{{Find("libsqlite3odbc.so")}}};Database={file};Timeout=200";

    private static string Text(string driver, string host, int port, string database, string user, string password) => new OdbcConnectionStringBuilder
    {
        Driver = Find(driver),
        ["Server"] = host,
        ["Port"] = port.ToString(CultureInfo.InvariantCulture),
        ["Database"] = database,
        ["UID"] = user,
        ["PWD"] = password,
    }.ConnectionString;

    private static string Find(string file) =>
        Directory.GetDirectories("/usr/lib", "*-linux-*").Select(folder => Path.Combine(folder, "odbc", file)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{file} is not installed: run ./test, which installs Debian's odbc-postgresql, odbc-mariadb and libsqliteodbc.");
}
