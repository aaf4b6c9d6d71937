using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>
/// Says what a failure means: the user's verdict if there is one, else the provider's. Either may be the user's code:
/// what that throws must not hide the failure.
/// </summary>
internal sealed class FailureClassifier(DatabaseProvider provider, Func<Exception, FailureKind?>? verdict = null)
{
    internal FailureKind Classify(Exception exception)
    {
        try
        {
            if (verdict?.Invoke(exception) is { } kind && Enum.IsDefined(kind))
            {
                return kind;
            }
        }
        catch (Exception)
        {
            // The provider still knows.
        }

        // The pool has judged before what the exception wraps; a provider whose verdicts come from the application
        // looks at the outermost only.
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
    /// Whether the database itself says that it ended a statement because it was asked to, or because of a time limit.
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
