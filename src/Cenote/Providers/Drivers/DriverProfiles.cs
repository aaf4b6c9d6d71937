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
        // The name that the driver is registered by, or the path of its library. Drivers of other makers for the same
        // databases have similar names, and are not known.
        var driver = filled.TryGetValue("Driver", out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" : "";
        var name = driver[(driver.LastIndexOfAny(['/', '\\', '{']) + 1)..];
        return Begins("libmaodbc", "maodbc", "MariaDB ODBC", "MariaDB Unicode") ? NewOdbc("mariadb", OdbcFailures.ClassifyMySql, OdbcFailures.IsAnswerOfMySql)
            : Begins("psqlodbc", "PostgreSQL") ? NewOdbc("postgresql", OdbcFailures.ClassifyPostgreSql, OdbcFailures.IsAnswer)
            : Begins("libsqlite3odbc", "sqlite3odbc", "SQLite3") ? NewSqliteOdbc()
            : NewUnknownOdbc();

        bool Begins(params ReadOnlySpan<string> known)
        {
            foreach (var begin in known)
            {
                if (name.StartsWith(begin, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private static AdoNetProviderOptions NewUnknownOdbc() => new()
    {
        FailureClassifier = OdbcFailures.Classify,
        IsDatabaseFailure = OdbcFailures.IsAnswer,
        UserNameKeyword = "UID",
        PasswordKeyword = "PWD",
    };

    // These return from a cancel only after the server has received it: a second connection carries the cancel, and is
    // waited for. The pool sends it also for a token, so that it knows how long the sending took.
    private static AdoNetProviderOptions NewOdbc(string system, Func<Exception, FailureKind?> classify, Func<DbException, bool> isAnswer) => new()
    {
        DatabaseSystem = system,
        RollbackCommand = "ROLLBACK",
        ChecksForTransactions = true,
        IsCancelComplete = true,
        IgnoresTokens = true,
        FailureClassifier = classify,
        IsDatabaseFailure = isAnswer,
        UserNameKeyword = "UID",
        PasswordKeyword = "PWD",
    };

    private static AdoNetProviderOptions NewSqliteOdbc() => new()
    {
        DatabaseSystem = "sqlite",
        RollbackCommand = "ROLLBACK",
        IsNoTransactionFailure = static exception => exception.Message.Contains("no transaction is active", StringComparison.Ordinal),
        ChecksForTransactions = true,
        IsCancelComplete = true,
        FailureClassifier = OdbcFailures.ClassifySqlite,
        IsDatabaseFailure = static _ => true,
    };
}
