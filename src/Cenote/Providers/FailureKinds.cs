namespace Cenote.Providers;

/// <summary>Common properties of kinds of failures.</summary>
internal static class FailureKinds
{
    /// <summary>
    /// Returns whether the server, or a proxy before it, answered itself. Such a server can be reached, and its other
    /// connections still work.
    /// </summary>
    internal static bool IsAnswer(this FailureKind kind) =>
        kind is FailureKind.TooManyConnections or FailureKind.InvalidCredentials or FailureKind.InvalidConfiguration or FailureKind.Transient;
}
