namespace Cenote;

/// <summary>
/// The settings of <see cref="ResetMode.WhenDirty"/>: what leaves no trace in a session, although the pool cannot know.
/// </summary>
public sealed class WhenDirtyOptions
{
    /// <summary>Initializes settings with their default values.</summary>
    public WhenDirtyOptions()
    {
    }

    internal WhenDirtyOptions(WhenDirtyOptions other)
    {
        HarmlessFunctions = other.HarmlessFunctions switch { null => null!, { Count: 0 } => [], var some => [.. some] };
        KeepGeneratedKeys = other.KeepGeneratedKeys;
        KeepSessionContexts = other.KeepSessionContexts;
    }

    /// <summary>
    /// Gets or sets the functions of your own, or of extensions, that change nothing in their session: no setting, no
    /// lock, no temporary object, no variable, no generated key.
    /// </summary>
    /// <value>
    /// Default: none, so that every statement that calls a function outside the provider's list of built-in ones is
    /// followed by a reset. Names as the statements write them, such as <c>order_total</c> or
    /// <c>app.order_total</c>: letters, digits and underscores, at most one period, at most 200 characters. Case does
    /// not matter.
    /// </value>
    public IReadOnlyCollection<string> HarmlessFunctions { get; set; } = [];

    /// <summary>
    /// Gets or sets whether the last key that the server generated may stay in the session after an <c>INSERT</c>.
    /// </summary>
    /// <value>
    /// Default <see langword="false"/>: a lease that inserted is reset. <see langword="true"/>: a later lease that
    /// reads <c>lastval()</c>, <c>currval()</c>, <c>LAST_INSERT_ID()</c> or <c>@@IDENTITY</c> before it inserts gets
    /// the key of an earlier one.
    /// </value>
    public bool KeepGeneratedKeys { get; set; }

    /// <summary>
    /// Gets or sets whether a session keeps its <see cref="SessionContext"/> after a clean lease. A later rent with the
    /// same context prefers this session, and needs no round trip to set it. A rent with another context, or without
    /// one, replaces it first.
    /// </summary>
    /// <value>
    /// Default <see langword="false"/>: a lease with a context is reset, and each rent sets its own.
    /// <see langword="true"/>: the context of the next lease depends on the check of the statements of earlier ones. A
    /// trigger, a policy or a view that changes such a setting, which the check cannot see, then changes the tenant of
    /// a later lease. Contexts with a trace, and roles of MySQL and MariaDB, are never kept.
    /// </value>
    public bool KeepSessionContexts { get; set; }
}
