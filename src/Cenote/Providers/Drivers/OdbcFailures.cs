using System.Data.Common;

namespace Cenote.Providers.Drivers;

/// <summary>The meaning of the exceptions of System.Data.Odbc, by the driver behind it.</summary>
internal static class OdbcFailures
{
    private const string BridgeName = "System.Data.Odbc";

    /// <summary>
    /// Classifies what is true of every ODBC driver: the bridge disables the connection of a lost session.
    /// </summary>
    internal static FailureKind? Classify(Exception exception) => Find(exception, static (_, _) => null);

    /// <summary>Classifies by the error numbers of MySQL and MariaDB.</summary>
    internal static FailureKind? ClassifyMySql(Exception exception) =>
        Find(exception, static (error, message) => Known(MySqlErrors.Classify(error.Native, message)));

    /// <summary>Classifies by the result codes of SQLite.</summary>
    internal static FailureKind? ClassifySqlite(Exception exception) => Find(exception, static (error, _) => error.Native switch
    {
        5 or 6 or 15 => FailureKind.Transient, // BUSY, LOCKED, PROTOCOL
        8 => FailureKind.ReadOnlyServer, // READONLY
        9 => FailureKind.QueryTimeout, // INTERRUPT
        10 or 11 or 14 or 26 => FailureKind.ConnectionLost, // IOERR, CORRUPT, CANTOPEN, NOTADB
        _ => null,
    });

    /// <summary>
    /// Classifies refused logins, which psqlODBC reports as it reports an absent server: 08001. Only a server with
    /// untranslated messages is understood.
    /// </summary>
    internal static FailureKind? ClassifyPostgreSql(Exception exception) => Find(exception, static (error, message) =>
        error.State != "08001" ? null
        : Has(message, "password authentication failed") || Has(message, "no pg_hba.conf entry") || Has(message, "authentication failed for user")
            || Has(message, "no password supplied") || (Has(message, "role \"") && Has(message, "does not exist")) ? FailureKind.InvalidCredentials
        : Has(message, "database \"") && Has(message, "does not exist") ? FailureKind.InvalidConfiguration
        : Has(message, "too many clients") || Has(message, "too many connections") || Has(message, "remaining connection slots") ? FailureKind.TooManyConnections
        : null);

    /// <summary>
    /// Returns whether the database itself has answered: the SQLSTATE is not one of ODBC's own (HY, IM), nor of a
    /// connection.
    /// </summary>
    internal static bool IsAnswer(DbException exception) => OdbcErrors.Of(exception).Any(static error => IsOfDatabase(error.State));

    /// <summary>
    /// Returns whether the database itself has answered: MariaDB ODBC also reports the server's errors as HY000.
    /// </summary>
    internal static bool IsAnswerOfMySql(DbException exception) =>
        OdbcErrors.Of(exception).Any(static error => !MySqlErrors.IsInterruption(error.Native) && (IsOfDatabase(error.State) || MySqlErrors.IsOfServer(error.Native)));

    // 40003 and 25S01: whether the statement, or the transaction, was done is not known.
    private static bool IsOfDatabase(string state) =>
        state.Length == 5 && state is not (['H', 'Y', ..] or ['I', 'M', ..] or ['0', '8', ..] or ['2', '5', 'S', ..] or "40003");

    private static FailureKind? Known(FailureKind kind) => kind == FailureKind.Other ? null : kind;

    private static bool Has(string message, string text) => message.Contains(text, StringComparison.Ordinal);

    private static FailureKind? Find(Exception exception, Func<OdbcError, string, FailureKind?> classify)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            // Of the bridge itself: an application may wrap any failure in its own exception.
            if (current is InvalidOperationException { InnerException: DbException cause, Source: BridgeName } && OdbcErrors.Of(cause).Count > 0)
            {
                return FailureKind.ConnectionLost;
            }

            if (current is DbException failure)
            {
                foreach (var error in OdbcErrors.Of(failure))
                {
                    if (classify(error, failure.Message) is { } kind)
                    {
                        return kind;
                    }
                }
            }
        }

        return null;
    }
}
