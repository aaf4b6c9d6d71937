namespace Cenote;

/// <summary>
/// Work did not succeed within its deadline, all tries included, and no commit was left without an answer. The failure
/// of its last try is the inner exception, if there was one.
/// </summary>
public sealed class WorkTimeoutException : PoolException
{
    internal WorkTimeoutException(string poolName, TimeSpan deadline, int attempts, Exception? innerException)
        : base(
            poolName,
            FormattableString.Invariant($"Work on pool '{poolName}' did not succeed within its deadline of {Readable.Duration(deadline)} ({Readable.Count(attempts, "try", "tries")} begun). The inner exception says why the last try failed. Raise RetryOptions.Deadline, or make the work shorter."),
            innerException)
    {
        Timeout = deadline;
        Attempts = attempts;
        HelpLink = Help.Link("troubleshooting.md", "work-timeout");
    }

    /// <summary>The deadline.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>How many tries were begun.</summary>
    public int Attempts { get; }
}
