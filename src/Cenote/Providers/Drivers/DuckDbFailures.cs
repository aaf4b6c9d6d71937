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

    internal static AdoNetProviderOptions NewProfile() => new()
    {
        DatabaseSystem = "duckdb",
        RollbackCommand = "ROLLBACK",
        IsNoTransactionFailure = static exception => exception.Message.Contains("no transaction is active", StringComparison.Ordinal),
        ChecksForTransactions = true,
        IsCancelComplete = true,
        FailureClassifier = Classify,
        IsDatabaseFailure = static _ => true,
    };

    private static FailureKind? Classify(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is DbException && Array.Exists(Conflicts, begin => current.Message.StartsWith(begin, StringComparison.Ordinal)))
            {
                return FailureKind.Transient;
            }
        }

        return null;
    }
}
