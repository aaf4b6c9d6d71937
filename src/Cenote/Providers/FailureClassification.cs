using System.Data.Common;
using System.Net.Sockets;
using Cenote.Providers.Drivers;

namespace Cenote.Providers;

/// <summary>The classification of exceptions without knowledge of the driver.</summary>
public static class FailureClassification
{
    private const string QueryInterrupted = "70100";

    /// <summary>
    /// Classifies by the standard exception types, and by SQLSTATE where the driver has one, also that of ODBC.
    /// </summary>
    /// <param name="exception">The driver's exception, or one that wraps it.</param>
    public static FailureKind Classify(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is SocketException or IOException)
            {
                return FailureKind.ConnectionLost;
            }

            if (current is TimeoutException)
            {
                return FailureKind.QueryTimeout;
            }

            if (current is DbException failure && SqlStateOf(failure) is { } state && FromSqlState(state) is var kind and not FailureKind.Other)
            {
                return kind;
            }

            if (current is DbException { IsTransient: true })
            {
                return FailureKind.Transient;
            }
        }

        return FailureKind.Other;
    }

    private static string? SqlStateOf(DbException exception) =>
        exception.SqlState is { Length: 5 } state ? state : OdbcErrors.IsOfBridge(exception) ? InOdbcMessage(exception.Message) : null;

    // Of System.Data.Odbc 11.0.0: "ERROR [40P01] ERROR: deadlock detected". The bridge leaves SqlState empty. MariaDB's
    // driver (3.1.15) reports an interrupted query as a refused cancel.
    private static string? InOdbcMessage(string message)
    {
        if (message.Contains("[HY018] [ma-", StringComparison.Ordinal))
        {
            return QueryInterrupted;
        }

        return OdbcErrors.StateIn(message);
    }

    // SQL:2016 classes: 08 connection exception, 28 invalid authorization, 40 transaction rollback, but not 40003,
    // statement completion unknown; 25006 read-only transaction. PostgreSQL's own: query_canceled, lock_not_available,
    // object_in_use, too_many_connections, and the ends of a server, a database and a session. MySQL's own: a query
    // that was interrupted. ODBC's: a timeout that expired, a statement that was cancelled.
    private static FailureKind FromSqlState(string state) => state switch
    {
        ['0', '8', ..] or "HYT01" or "57P01" or "57P02" or "57P03" or "57P04" or "57P05" or "25P03" or "25P04" => FailureKind.ConnectionLost,
        ['2', '8', ..] => FailureKind.InvalidCredentials,
        "40003" => FailureKind.Other,
        ['4', '0', ..] or "55P03" or "55006" => FailureKind.Transient,
        "25006" => FailureKind.ReadOnlyServer,
        "53300" => FailureKind.TooManyConnections,
        "57014" or QueryInterrupted or "HYT00" or "HY008" => FailureKind.QueryTimeout,
        _ => FailureKind.Other,
    };
}
