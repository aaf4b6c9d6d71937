namespace Cenote;

/// <summary>
/// A connection could not be opened, and nothing else could serve the caller. The driver's exception is the inner one.
/// </summary>
public sealed class ConnectionOpenException : PoolException
{
    internal ConnectionOpenException(string poolName, OpenFailure failure, string message)
        : base(poolName, message, failure.Exception)
    {
        Failure = failure;
        HelpLink = Help.Link("troubleshooting.md", "connection-open");
    }

    /// <summary>What failed, when, and after how many tries.</summary>
    public OpenFailure Failure { get; }

    /// <summary>
    /// Whether trying again later may succeed; <see langword="false"/> for refused credentials or settings.
    /// </summary>
    public override bool IsTransient => Failure.Kind is not (Cenote.FailureKind.InvalidCredentials or Cenote.FailureKind.InvalidConfiguration);
}
