using System.Data.Common;
using System.Net.Sockets;

namespace Cenote.Providers;

/// <summary>The classification of exceptions without knowledge of the driver.</summary>
public static class FailureClassification
{
    /// <summary>Classifies by the standard exception types, and by SQLSTATE where the driver has one.</summary>
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

            if (current is DbException { SqlState: { Length: 5 } state } && FromSqlState(state) is var kind and not FailureKind.Other)
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

    // SQL:2016 classes: 08 connection exception, 28 invalid authorization, 40 transaction rollback, 25006 read-only
    // transaction.
    private static FailureKind FromSqlState(string state) => state switch
    {
        ['0', '8', ..] => FailureKind.ConnectionLost,
        ['2', '8', ..] => FailureKind.InvalidCredentials,
        ['4', '0', ..] => FailureKind.Transient,
        "25006" => FailureKind.ReadOnlyServer,
        _ => FailureKind.Other,
    };
}
