namespace Cenote;

/// <summary>
/// The exception for work that did not succeed within its timeout, all tries included, and left no commit without an
/// answer. The inner exception is the failure of its last try, if there was one.
/// </summary>
public sealed class WorkTimeoutException : PoolException
{
    internal WorkTimeoutException(string poolName, TimeSpan deadline, int attempts, Exception? innerException)
        : base(
            poolName,
            FormattableString.Invariant($"Work on pool '{poolName}' did not succeed within its timeout of {Readable.Duration(deadline)} ({Readable.Count(attempts, "try", "tries")} begun). The inner exception is the failure of the last try. Raise RetryOptions.Timeout, or make the work shorter."),
            innerException)
    {
        Timeout = deadline;
        Attempts = attempts;
        HelpLink = Help.Link("troubleshooting.md", "work-timeout");
    }

    /// <summary>Gets the timeout.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Gets the number of tries that were begun.</summary>
    public int Attempts { get; }
}
