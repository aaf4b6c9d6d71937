namespace Cenote.Providers;

/// <summary>The kind of an entry of a <see cref="SessionContext"/>.</summary>
public enum SessionContextEntryKind
{
    /// <summary>A named value, see <see cref="SessionContext.With"/>.</summary>
    Setting,

    /// <summary>The role of the session, see <see cref="SessionContext.WithRole"/>.</summary>
    Role,

    /// <summary>The W3C trace parent of the caller, see <see cref="SessionContext.WithTrace"/>.</summary>
    Trace,
}
