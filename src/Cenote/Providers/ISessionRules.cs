using System.Data;

namespace Cenote.Providers;

/// <summary>
/// The ability of a provider to tell which statements leave a session as it was. <see cref="ResetMode.WhenDirty"/>
/// needs it.
/// </summary>
public interface ISessionRules
{
    /// <summary>Gets the dialect of the statements.</summary>
    SqlDialect Dialect { get; }

    /// <summary>
    /// Gets the names of built-in functions that leave no trace in a session, without a schema. Case does not matter.
    /// Read once for each pool.
    /// </summary>
    IReadOnlyCollection<string> HarmlessFunctions { get; }

    /// <summary>
    /// Returns whether a transaction that the driver begins with this isolation level leaves nothing in the session
    /// when it ends.
    /// </summary>
    /// <param name="connection">The connection, which is leased.</param>
    /// <param name="isolationLevel">The level that the holder requested.</param>
    bool LeavesNothing(PhysicalConnection connection, IsolationLevel isolationLevel);
}
