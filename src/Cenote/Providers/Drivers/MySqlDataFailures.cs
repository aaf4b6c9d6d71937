using System.Data.Common;
using System.Globalization;

namespace Cenote.Providers.Drivers;

/// <summary>MySql.Data, whose exceptions have the error number in their data.</summary>
internal static class MySqlDataFailures
{
    private const string NumberKey = "Server Error Code";

    internal static AdoNetProviderOptions NewProfile() => new()
    {
        DatabaseSystem = "mysql",
        ConnectionStringOverrides = "Pooling=false",
        RollbackCommand = "ROLLBACK",
        ChecksForTransactions = true,

        // Cancel sends KILL QUERY on a connection of its own, and waits for the answer.
        IsCancelComplete = true,
        IgnoresTokens = true,
        FailureClassifier = Classify,
        IsDatabaseFailure = static exception => NumberOf(exception) is var number && MySqlErrors.IsOfServer(number) && !MySqlErrors.IsInterruption(number),
        UserNameKeyword = "User ID",
        PasswordKeyword = "Password",
    };

    private static FailureKind? Classify(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is DbException failure && MySqlErrors.Classify(NumberOf(failure), failure.Message) is var kind and not FailureKind.Other)
            {
                return kind;
            }
        }

        return null;
    }

    private static int NumberOf(DbException exception) =>
        exception.Data[NumberKey] is { } number ? Convert.ToInt32(number, CultureInfo.InvariantCulture) : 0;
}
