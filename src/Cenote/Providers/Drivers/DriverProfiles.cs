using System.Data.Common;
using System.Globalization;

namespace Cenote.Providers.Drivers;

/// <summary>
/// What is known about drivers without a provider of their own, by the type name of their factory, so that none is
/// referenced. Each was tested with the versions in docs/providers/ado-net.md.
/// </summary>
internal static class DriverProfiles
{
    private const string DuckDb = "DuckDB.NET.Data.DuckDBClientFactory";
    private const string Odbc = "System.Data.Odbc.OdbcFactory";
    private const string Firebird = "FirebirdSql.Data.FirebirdClient.FirebirdClientFactory";
    private const string MySqlData = "MySql.Data.MySqlClient.MySqlClientFactory";
    private const string ClickHouse = "ClickHouse.Driver.ADO.ClickHouseConnectionFactory";

    /// <summary>
    /// Returns the settings for a driver; those of <see cref="AdoNetProviderOptions"/> for an unknown one.
    /// </summary>
    /// <param name="factory">The driver's factory.</param>
    /// <param name="filled">The connection string.</param>
    internal static AdoNetProviderOptions Find(DbProviderFactory factory, DbConnectionStringBuilder filled) => factory.GetType().FullName switch
    {
        DuckDb => DuckDbFailures.NewProfile(),
        Odbc => OfOdbc(filled),
        Firebird => FirebirdFailures.NewProfile(),
        MySqlData => MySqlDataFailures.NewProfile(),
        ClickHouse => NewClickHouse(),
        _ => new AdoNetProviderOptions(),
    };

    // Its Open contacts no server, since each statement is a request of HTTP.
    private static AdoNetProviderOptions NewClickHouse() => new()
    {
        DatabaseSystem = "clickhouse",
        ValidatesAtOpen = true,
        UserNameKeyword = "Username",
        PasswordKeyword = "Password",
    };

    private static AdoNetProviderOptions OfOdbc(DbConnectionStringBuilder filled)
    {
        var driver = filled.TryGetValue("Driver", out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" : "";
        var name = driver[(driver.LastIndexOfAny(['/', '\\']) + 1)..];
        return Has("maodbc") || Has("mariadb") ? NewOdbc("mariadb", OdbcFailures.ClassifyMySql, OdbcFailures.IsAnswerOfMySql)
            : Has("myodbc") || Has("mysql") ? NewOdbc("mysql", OdbcFailures.ClassifyMySql, OdbcFailures.IsAnswerOfMySql)
            : Has("psqlodbc") || Has("postgresql") ? NewOdbc("postgresql", OdbcFailures.ClassifyPostgreSql, OdbcFailures.IsAnswer)
            : Has("sqlite") ? NewOdbc("sqlite", OdbcFailures.ClassifySqlite, static _ => true)
            : NewUnknownOdbc();

        bool Has(string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    private static AdoNetProviderOptions NewUnknownOdbc() => new()
    {
        FailureClassifier = OdbcFailures.Classify,
        IsDatabaseFailure = OdbcFailures.IsAnswer,
        UserNameKeyword = "UID",
        PasswordKeyword = "PWD",
    };

    // These return from a cancel only after the server has received it: a second connection carries the cancel, and is
    // waited for.
    private static AdoNetProviderOptions NewOdbc(string system, Func<Exception, FailureKind?> classify, Func<DbException, bool> isAnswer) => new()
    {
        DatabaseSystem = system,
        RollbackCommand = "ROLLBACK",
        IsNoTransactionFailure = static exception => exception.Message.Contains("no transaction is active", StringComparison.Ordinal),
        ChecksForTransactions = true,
        IsCancelComplete = true,
        FailureClassifier = classify,
        IsDatabaseFailure = isAnswer,
        UserNameKeyword = system == "sqlite" ? null : "UID",
        PasswordKeyword = system == "sqlite" ? null : "PWD",
    };
}
