namespace Cenote;

/// <summary>
/// The exception for a connection that could not be opened, while no other connection could serve the caller. The inner
/// exception is the driver's.
/// </summary>
public sealed class ConnectionOpenException : PoolException
{
    internal ConnectionOpenException(string poolName, OpenFailure failure, string message)
        : base(poolName, message, failure.Exception)
    {
        Failure = failure;
        HelpLink = Help.Link("troubleshooting.md", "connection-open");
    }

    /// <summary>Gets the failure, with its time and the number of attempts.</summary>
    public OpenFailure Failure { get; }

    /// <summary>
    /// Gets whether another try may succeed later; <see langword="false"/> for refused credentials or settings.
    /// </summary>
    public override bool IsTransient => Failure.Kind is not (Cenote.FailureKind.InvalidCredentials or Cenote.FailureKind.InvalidConfiguration);
}
