namespace Cenote.DependencyInjection;

/// <summary>A running pool or budget that follows the configuration. Called by one thread at a time.</summary>
internal interface IFollowing
{
    /// <summary>Gets whether it follows no more.</summary>
    bool IsClosed { get; }

    /// <summary>
    /// Applies the changed settings, all or none. Does not throw, because the exception would reach the configuration's
    /// watcher.
    /// </summary>
    /// <returns><see langword="false"/> when they were refused, perhaps because they fit only after another pool or
    /// budget has applied its own.</returns>
    bool TryReload();

    /// <summary>
    /// Logs why the settings were refused. Logs equal problems once, because another part of the configuration may
    /// change every minute.
    /// </summary>
    void LogRefusal();
}
