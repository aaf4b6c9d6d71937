using Cenote.Providers;
using Microsoft.Data.SqlClient;

namespace Cenote.SqlServer;

/// <summary>
/// The meaning of SqlClient's exceptions, by error number. Numbers and their texts: Microsoft's pages "Database engine
/// events and errors", "Troubleshoot transient connection errors in SQL Database", "Transactions with memory-optimized
/// tables".
/// </summary>
internal static class SqlServerFailures
{
    /// <summary>The driver's own number for a command or a connect that took too long.</summary>
    internal const int Timeout = -2;

    /// <summary>
    /// The severity from which the server has closed the connection ("Database engine error severities").
    /// </summary>
    private const int FatalSeverity = 20;

    internal static FailureKind Classify(Exception exception)
    {
        // A caller's cancellation is not a failure.
        if (exception is OperationCanceledException)
        {
            return FailureKind.Other;
        }

        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is SqlException error && FromErrors(error) is var kind and not FailureKind.Other)
            {
                return kind;
            }
        }

        return FailureClassification.Classify(exception);
    }

    /// <summary>
    /// Determines whether the statement was ended by a request (number 0, "Operation cancelled by user") or by its
    /// timeout (-2). The request travels on the session's own connection. Before it throws, the driver has the server's
    /// acknowledgement or has closed the connection.
    /// </summary>
    internal static bool IsCancellation(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is SqlException { Number: 0 or Timeout, Class: < FatalSeverity })
            {
                return true;
            }
        }

        return false;
    }

    // The first conclusive error, because "cannot open database" (4060) comes with "login failed" (18456) behind it.
    private static FailureKind FromErrors(SqlException exception)
    {
        foreach (SqlError error in exception.Errors)
        {
            var kind = FromNumber(error.Number);
            if (error.Class >= FatalSeverity && kind is FailureKind.Other or FailureKind.Transient)
            {
                return FailureKind.ConnectionLost;
            }

            if (kind != FailureKind.Other)
            {
                return kind;
            }
        }

        return FailureKind.Other;
    }

    private static FailureKind FromNumber(int number) => number switch
    {
        Timeout => FailureKind.QueryTimeout,

        // Azure SQL: workers or sessions of the database, of the server, of the elastic pool; SQL Server: "user
        // connections"
        10928 or 10929 or 10936 or 17809 => FailureKind.TooManyConnections,

        // untrusted domain, login failed, account disabled, locked, password expired, must be changed
        18452 or 18456 or 18470 or 18486 or 18487 or 18488 => FailureKind.InvalidCredentials,

        // read-only database; secondary of an availability group, not readable or only with ApplicationIntent=ReadOnly
        3906 or 976 or 978 => FailureKind.ReadOnlyServer,

        // no answer, not found, name no longer available, semaphore timeout, no process at the other end, overlapped
        // operation; Winsock: aborted, reset, timed out, refused, unknown host; shutdown in progress, session killed
        -1 or 2 or 53 or 64 or 121 or 233 or 997 or 10053 or 10054 or 10060 or 10061 or 11001 or 6005 or 596 => FailureKind.ConnectionLost,

        // no lock memory, deadlock, lock timeout, snapshot conflicts; memory-optimized: dependency, write conflict, two
        // kinds of validation, too many dependencies; no memory for the query (two); being recovered (two), restored,
        // changing its role; paused, upgrading
        1204 or 1205 or 1222 or 3960 or 3961 or 41301 or 41302 or 41305 or 41325 or 41839
            or 8645 or 8651 or 921 or 922 or 927 or 983 or 17142 or 18401 => FailureKind.Transient,

        // The transient errors of the driver's own retry logic: Azure SQL failing over, throttling, waking up.
        _ => SqlConfigurableRetryFactory.BaselineTransientErrors.Contains(number) ? FailureKind.Transient : FailureKind.Other,
    };
}
