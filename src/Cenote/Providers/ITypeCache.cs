namespace Cenote.Providers;

/// <summary>An ability of a provider: its driver loads the database's types once, and can load them again.</summary>
public interface ITypeCache
{
    /// <summary>
    /// Forgets the loaded types, after a migration has changed them or another database has taken the name. Connections
    /// opened from now on load them again. <see cref="ConnectionPool.Clear"/> replaces the others.
    /// </summary>
    void ClearTypeCache();
}
