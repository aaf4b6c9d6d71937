using System.Collections;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cenote.Providers.Drivers;

/// <summary>The errors of an exception of System.Data.Odbc, which is not referenced.</summary>
internal static class OdbcErrors
{
    private const string ExceptionName = "System.Data.Odbc.OdbcException";

    /// <summary>Returns the errors; none for the exception of another driver.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Without the properties, the SQLSTATE is read from the message.")]
    internal static List<OdbcError> Of(DbException exception)
    {
        List<OdbcError> errors = [];
        if (!IsOfBridge(exception))
        {
            return errors;
        }

        if (exception.GetType().GetProperty("Errors")?.GetValue(exception) is IEnumerable all)
        {
            foreach (var error in all)
            {
                var type = error.GetType();
                errors.Add(new OdbcError(
                    type.GetProperty("SQLState")?.GetValue(error) as string ?? "", type.GetProperty("NativeError")?.GetValue(error) as int? ?? 0));
            }
        }

        if (errors.Count == 0 && StateIn(exception.Message) is { } state)
        {
            errors.Add(new OdbcError(state, Native: 0));
        }

        return errors;
    }

    /// <summary>Gets whether an exception is of System.Data.Odbc.</summary>
    internal static bool IsOfBridge(DbException exception) => exception.GetType().FullName == ExceptionName;

    // "ERROR [40P01] ERROR: deadlock detected"
    internal static string? StateIn(string message)
    {
        var start = message.IndexOf('[', StringComparison.Ordinal) + 1;
        return start > 0 && message.AsSpan(start) is { Length: > 5 } rest && rest[5] == ']' ? rest[..5].ToString() : null;
    }
}
