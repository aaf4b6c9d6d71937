using System.Net.Sockets;

namespace Cenote.PostgreSql;

/// <summary>The meaning of Npgsql's exceptions, by SQLSTATE.</summary>
internal static class PostgreSqlFailures
{
    internal static FailureKind Classify(Exception exception)
    {
        // A caller's cancellation carries the server's 57014 inside, but it is not a failure.
        if (exception is OperationCanceledException)
        {
            return FailureKind.Other;
        }

        for (var current = exception; current is not null; current = current.InnerException)
        {
            switch (current)
            {
                case PostgresException error:
                    return FromSqlState(error);
                case SocketException or IOException:
                    return FailureKind.ConnectionLost;
                case TimeoutException:
                    return FailureKind.QueryTimeout;
                case NpgsqlException { InnerException: null, IsTransient: true }:
                    return FailureKind.Transient;
            }
        }

        return FailureClassification.Classify(exception);
    }

    /// <summary>Determines whether the server reports that it ended the statement: query_canceled.</summary>
    internal static bool IsCancellation(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is PostgresException error && (error.SqlState == PostgresErrorCodes.QueryCanceled || PoolerFailures.IsTimeout(error)))
            {
                return true;
            }
        }

        return false;
    }

    private static FailureKind FromSqlState(PostgresException error) => PoolerFailures.Classify(error) ?? error.SqlState switch
    {
        "53300" => FailureKind.TooManyConnections,
        "25006" => FailureKind.ReadOnlyServer,

        // query_canceled: a timeout or a request. In another language the text does not distinguish them, and counts as
        // a timeout.
        "57014" => error.MessageText.Contains("user request", StringComparison.Ordinal) ? FailureKind.Other : FailureKind.QueryTimeout,
        ['2', '8', ..] => FailureKind.InvalidCredentials,

        // While connecting: an unknown database, an unknown parameter, an invalid value. The same codes are ordinary
        // errors of statements.
        "3D000" or "42704" or "22023" when IsFatal(error) => FailureKind.InvalidConfiguration,
        ['0', '8', ..] => FailureKind.ConnectionLost,

        // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped; idle_session_timeout,
        // idle_in_transaction_session_timeout, transaction_timeout
        "57P01" or "57P02" or "57P03" or "57P04" or "57P05" or "25P03" or "25P04" => FailureKind.ConnectionLost,
        "3D000" => FailureKind.Other,
        _ when IsFatal(error) => FailureKind.ConnectionLost,

        // serialization_failure, deadlock_detected, lock_not_available, object_in_use
        ['4', '0', ..] or "55P03" or "55006" => FailureKind.Transient,
        _ => FailureKind.Other,
    };

    /// <summary>
    /// Determines whether the session has ended. Servers translate the first field only. A merely compatible server may
    /// have no other field.
    /// </summary>
    private static bool IsFatal(PostgresException error) => error.InvariantSeverity is "FATAL" or "PANIC" || error.Severity is "FATAL" or "PANIC";
}
