using System.Net.Sockets;
using Cenote.Providers;
using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>What Npgsql's exceptions mean, by SQLSTATE.</summary>
internal static class PostgreSqlFailures
{
    internal static FailureKind Classify(Exception exception)
    {
        // A caller's cancellation carries the server's 57014 inside, but it is no failure.
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

        return FailureClassification.Default(exception);
    }

    private static FailureKind FromSqlState(PostgresException error) => error.SqlState switch
    {
        "53300" => FailureKind.TooManyConnections,
        "25006" => FailureKind.ReadOnlyServer,
        "57014" => FailureKind.QueryTimeout,
        ['2', '8', ..] => FailureKind.BadCredentials,
        ['0', '8', ..] => FailureKind.ConnectionLost,

        // admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout, idle_in_transaction_session_timeout
        "57P01" or "57P02" or "57P03" or "57P05" or "25P03" => FailureKind.ConnectionLost,

        // serialization_failure, deadlock_detected, lock_not_available, object_in_use
        ['4', '0', ..] or "55P03" or "55006" => FailureKind.Transient,
        _ => error.Severity is "FATAL" or "PANIC" && error.SqlState is not "3D000" ? FailureKind.ConnectionLost : FailureKind.Other,
    };
}
