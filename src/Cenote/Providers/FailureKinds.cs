namespace Cenote.Providers;

/// <summary>What kinds of failures have in common.</summary>
internal static class FailureKinds
{
    /// <summary>
    /// Whether the server, or a proxy before it, answers for itself. Such a server can be reached, and its other
    /// connections are none the worse.
    /// </summary>
    internal static bool IsAnswer(this FailureKind kind) =>
        kind is FailureKind.TooManyConnections or FailureKind.InvalidCredentials or FailureKind.InvalidConfiguration or FailureKind.Transient;
}
