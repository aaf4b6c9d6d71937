using System.Data.Common;

namespace Cenote.Providers.Drivers;

/// <summary>
/// DuckDB.NET, whose exceptions have no SQLSTATE, and one type of error for conflicts and unique violations.
/// </summary>
internal static class DuckDbFailures
{
    // A unique violation that the commit finds begins with "TransactionContext Error: Failed to commit: PRIMARY KEY".
    private static readonly string[] Conflicts =
    [
        "TransactionContext Error: Conflict on ",
        "TransactionContext Error: Catalog write-write conflict",
        "TransactionContext Error: Failed to commit: write-write conflict",
    ];

    // A commit that ends with one of these may have been done.
    private static readonly string[] Doubts = ["FATAL Error", "INTERNAL Error", "IO Error", "INTERRUPT Error"];

    internal static AdoNetProviderOptions NewProfile() => new()
    {
        DatabaseSystem = "duckdb",
        RollbackCommand = "ROLLBACK",
        IsNoTransactionFailure = static exception => exception.Message.Contains("no transaction is active", StringComparison.Ordinal),
        ChecksForTransactions = true,
        IsCancelComplete = true,
        FailureClassifier = Classify,
        IsDatabaseFailure = static exception => !Array.Exists(Doubts, begin => exception.Message.StartsWith(begin, StringComparison.Ordinal)),
    };

    private static FailureKind? Classify(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            // After a fatal error, every statement is refused until the database is opened again.
            if (current is DbException && current.Message.StartsWith("FATAL Error", StringComparison.Ordinal))
            {
                return FailureKind.ConnectionLost;
            }

            if (current is DbException && Array.Exists(Conflicts, begin => current.Message.StartsWith(begin, StringComparison.Ordinal)))
            {
                return FailureKind.Transient;
            }
        }

        return null;
    }
}
