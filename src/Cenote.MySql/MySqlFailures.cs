using System.Net.Sockets;

namespace Cenote.MySql;

/// <summary>The meaning of MySqlConnector's exceptions, by error number of MySQL and MariaDB.</summary>
internal static class MySqlFailures
{
    internal static FailureKind Classify(Exception exception)
    {
        // A caller's cancellation carries the server's "query interrupted" inside, but it is not a failure.
        if (exception is OperationCanceledException)
        {
            return FailureKind.Other;
        }

        for (var current = exception; current is not null; current = current.InnerException)
        {
            // Without knowledge of the driver, the SQLSTATE of an ended query would be a timeout.
            if (current is MySqlException { Number: (int)MySqlErrorCode.QueryInterrupted })
            {
                return FailureKind.Other;
            }

            if (current is MySqlException error && FromError(error) is var kind and not FailureKind.Other)
            {
                return kind;
            }

            if (current is SocketException or IOException)
            {
                return FailureKind.ConnectionLost;
            }
        }

        return FailureClassification.Classify(exception);
    }

    /// <summary>Determines whether the server reports that it ended the statement: interrupted, or a timeout.</summary>
    internal static bool IsCancellation(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is MySqlException { Number: 1317 or 3024 or 1969 })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the recommendation for a failure to connect.</summary>
    internal static string? GetRecommendation(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is MySqlException error)
            {
                return error.Number switch
                {
                    1047 => "The server answers, but is not ready: a Galera node without quorum, a node that still receives its data, or a node with wsrep_reject_queries. Check its wsrep_ready and wsrep_cluster_status.",
                    3032 => "The server is in offline mode. End it with SET GLOBAL offline_mode = OFF.",
                    1203 or 1226 => "The account has reached a limit of its own, which the message names. Raise it (ALTER USER … WITH MAX_USER_CONNECTIONS, or the server's max_user_connections). Against a limit of connections, lower the sizes of the pools that share the account; against one per hour, raise MaxLifetime and MaxIdleTime.",
                    1049 => "The database of the connection string does not exist on the server. Correct Database.",
                    _ => null,
                };
            }
        }

        return null;
    }

    private static FailureKind FromError(MySqlException error) => error.Number == (int)MySqlErrorCode.CommandTimeoutExpired
        ? FailureKind.QueryTimeout
        : MySqlErrors.Classify(error.Number, error.Message);
}
