using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>
/// The classification of failures: the application's if it has one, or else the provider's. Both may be the
/// application's code, whose exceptions must not hide the failure.
/// </summary>
internal sealed class FailureClassifier(DatabaseProvider provider, Func<Exception, FailureKind?>? classify = null)
{
    internal FailureKind Classify(Exception exception)
    {
        try
        {
            if (classify?.Invoke(exception) is { } kind && Enum.IsDefined(kind))
            {
                return kind;
            }
        }
        catch (Exception)
        {
            // The provider's classification still applies.
        }

        // The pool has already classified the wrapped exception; a provider whose classification comes from the
        // application sees only the outermost one.
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is ConnectionLostException)
            {
                return FailureKind.ConnectionLost;
            }
        }

        try
        {
            return provider.ClassifyFailure(exception);
        }
        catch (Exception)
        {
            return FailureKind.Other;
        }
    }

    /// <summary>
    /// Returns whether the database itself reports that it ended a statement because of a request or a timeout.
    /// </summary>
    internal bool IsCancellation(Exception exception)
    {
        try
        {
            return provider.IsCancellation(exception);
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <inheritdoc cref="DatabaseProvider.IsCancelComplete"/>
    internal bool IsCancelSettled(TimeSpan? sendingTime)
    {
        try
        {
            return provider.IsCancelComplete(sendingTime);
        }
        catch (Exception)
        {
            return false;
        }
    }
}
