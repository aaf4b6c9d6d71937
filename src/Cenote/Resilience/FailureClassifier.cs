using Cenote.Providers;

namespace Cenote.Resilience;

/// <summary>Asks the provider what a failure means. Its answer may be the user's code: what that throws must not hide the failure.</summary>
internal sealed class FailureClassifier(DatabaseProvider provider)
{
    internal FailureKind Classify(Exception exception)
    {
        try
        {
            return provider.Classify(exception);
        }
        catch (Exception)
        {
            return FailureKind.Other;
        }
    }
}
