namespace Cenote;

/// <summary>The behaviour of a pool's constructor when the database may not be available.</summary>
public enum StartupMode
{
    /// <summary>
    /// The constructor returns at once. Connections up to the minimum size are opened in the background, with retries
    /// until they succeed.
    /// </summary>
    FillInBackground,

    /// <summary>
    /// The constructor opens one connection on the calling thread, and throws a <see cref="ConnectionOpenException"/>
    /// when that fails.
    /// </summary>
    FailFast,
}
