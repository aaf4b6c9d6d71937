namespace Cenote.Shared;

/// <summary>The meaning of the error numbers of MySQL and MariaDB, whatever driver reports them.</summary>
internal static class MySqlErrors
{
    /// <summary>
    /// Gets the kind of an error. Error 1290, "The server is running with the --%s option so it cannot execute this
    /// statement", stands for several options. With --read-only and --super-read-only (MySQL: also --innodb-read-only)
    /// it is a rejected write. Servers translate the text, but not the option's name.
    /// </summary>
    internal static FailureKind Classify(int number, string message) =>
        number == 1290 ? (NamesReadOnly(message) ? FailureKind.ReadOnlyServer : FailureKind.Other) : FromNumber(number);

    /// <summary>
    /// Returns whether the server reports errors of this number. The client libraries of MySQL and MariaDB have numbers
    /// of their own.
    /// </summary>
    internal static bool IsOfServer(int number) => number is (>= 1000 and < 2000) or (>= 3000 and < 5000);

    /// <summary>
    /// Returns whether the statement was interrupted: by a request, a timeout of MySQL, of MariaDB. A commit that ends
    /// so may have been done.
    /// </summary>
    internal static bool IsInterruption(int number) => number is 1317 or 3024 or 1969;

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

        // timeout: of MySQL, of MariaDB. "Query interrupted" (1317) is a request.
        3024 or 1969 => FailureKind.QueryTimeout,

        // unable to connect, server has gone away, lost during query, shutdown, killed (MySQL, MariaDB), aborted,
        // node not part of the cluster, or not ready (Galera), offline mode (MySQL), server disconnected the idle
        // client
        1042 or 1043 or 2002 or 2003 or 2006 or 2013 or 1053 or 1077 or 1079 or 1152 or 1159 or 1184 or 1927 or 1047 or 3032 or 4031 => FailureKind.ConnectionLost,
        _ => FailureKind.Other,
    };
}
