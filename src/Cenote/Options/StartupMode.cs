namespace Cenote;

/// <summary>What constructing a pool does when the database may be absent.</summary>
public enum StartupMode
{
    /// <summary>
    /// The constructor returns at once; connections up to the minimum open in the background, again and again until
    /// they succeed.
    /// </summary>
    FillInBackground,

    /// <summary>
    /// The constructor opens one connection on the calling thread and throws <see cref="ConnectionOpenException"/> when
    /// it cannot.
    /// </summary>
    FailFast,
}
