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
                    1049 => "The database of the connection string does not exist on the server. Correct Database.",
                    _ => null,
                };
            }
        }

        return null;
    }

    /// <summary>
    /// Gets the kind of error 1290, "The server is running with the --%s option so it cannot execute this statement",
    /// which stands for several options. With --read-only and --super-read-only (MySQL: also --innodb-read-only) it is
    /// a rejected write. Servers translate the text, but not the option's name.
    /// </summary>
    private static FailureKind FromError(MySqlException error) => error.Number == (int)MySqlErrorCode.OptionPreventsStatement
        ? (NamesReadOnly(error.Message) ? FailureKind.ReadOnlyServer : FailureKind.Other)
        : FromNumber(error.Number);

    private static bool NamesReadOnly(string text) =>
        text.Contains("read-only", StringComparison.OrdinalIgnoreCase) || text.Contains("read_only", StringComparison.OrdinalIgnoreCase);

    private static FailureKind FromNumber(int number) => number switch
    {
        // too many connections: of the server, of the user (two numbers), of the user's resources
        1040 or 1203 or 1226 => FailureKind.TooManyConnections,

        // access denied: to the database, by password, without password (MariaDB), account locked (MySQL, MariaDB),
        // password expired
        1044 or 1045 or 1698 or 3118 or 4151 or 1820 or 1862 => FailureKind.InvalidCredentials,

        // unknown database
        1049 => FailureKind.InvalidConfiguration,

        // ProxySQL: no server of the hostgroup was free, or reachable, in time. The session at the proxy goes on.
        9001 or 9002 => FailureKind.Transient,

        // lock wait timeout, deadlock, transaction rolled back by certification (Galera; Group Replication), NOWAIT
        1205 or 1213 or 1614 or 3101 or 3572 => FailureKind.Transient,

        // read-only mode. Not 3100, by which Group Replication also rejects a transaction that is too large.
        1836 => FailureKind.ReadOnlyServer,

        // timeout: of MySQL, of MariaDB, of the driver. "Query interrupted" (1317) is a request.
        3024 or 1969 or (int)MySqlErrorCode.CommandTimeoutExpired => FailureKind.QueryTimeout,

        // unable to connect, server has gone away, lost during query, shutdown, killed (MySQL, MariaDB), aborted,
        // node not part of the cluster, or not ready (Galera), offline mode (MySQL), server disconnected the idle
        // client
        1042 or 1043 or 2002 or 2003 or 2006 or 2013 or 1053 or 1077 or 1079 or 1152 or 1159 or 1184 or 1927 or 1047 or 3032 or 4031 => FailureKind.ConnectionLost,
        _ => FailureKind.Other,
    };
}
