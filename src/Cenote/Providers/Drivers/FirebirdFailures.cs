using System.Data.Common;

namespace Cenote.Providers.Drivers;

/// <summary>FirebirdSql.Data.FirebirdClient, whose exceptions have Firebird's code and no SQLSTATE.</summary>
internal static class FirebirdFailures
{
    internal static AdoNetProviderOptions NewProfile() => new()
    {
        DatabaseSystem = "firebirdsql",
        ConnectionStringOverrides = "Pooling=false",
        ValidationCommand = "SELECT 1 FROM RDB$DATABASE",

        // A transaction exists only as an object of the driver: Firebird refuses ROLLBACK as a statement.
        ChecksForTransactions = true,
        HidesLostSessions = true,
        FailureClassifier = Classify,
        IsDatabaseFailure = static exception => exception.ErrorCode != 0,
        UserNameKeyword = "User ID",
        PasswordKeyword = "Password",
    };

    private static FailureKind? Classify(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is DbException failure && FromCode(failure.ErrorCode) is { } kind)
            {
                return kind;
            }
        }

        return null;
    }

    private static FailureKind? FromCode(int code) => code switch
    {
        // deadlock, lock_conflict, update_conflict, lock_timeout
        335544336 or 335544345 or 335544451 or 335544510 => FailureKind.Transient,

        // login
        335544472 => FailureKind.InvalidCredentials,

        // io_error, bad_db_format, wrong_ods: the file of the database is missing, none of Firebird's, or of another
        // version
        335544344 or 335544323 or 335544379 => FailureKind.InvalidConfiguration,

        // max_att_exceeded
        335544744 => FailureKind.TooManyConnections,

        // read_only_database
        335544765 => FailureKind.ReadOnlyServer,

        // cancelled
        335544794 => FailureKind.QueryTimeout,

        // shutdown, shutinprog, unavailable, connect_reject, conn_lost, network_error and the six after it,
        // lost_db_connection, att_shutdown
        335544528 or 335544506 or 335544375 or 335544421 or 335544648 or (>= 335544721 and <= 335544727) or 335544741 or 335544856 => FailureKind.ConnectionLost,
        _ => null,
    };
}
