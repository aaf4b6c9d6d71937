namespace Cenote;

/// <summary>The holder of a connection.</summary>
public sealed class LeaseHolder
{
    internal LeaseHolder(int slotId, TimeSpan age, CallSite callSite, bool isEnlisted = false, SessionActivity? session = null) =>
        (SlotId, Age, CallSite, IsEnlisted, Session) = (slotId, age, callSite, isEnlisted, session);

    /// <summary>Gets the slot of the pool, from 0.</summary>
    public int SlotId { get; }

    /// <summary>Gets how long the connection has been held; exact to about a second.</summary>
    public TimeSpan Age { get; }

    /// <summary>Gets where in the source the connection was rented.</summary>
    public CallSite CallSite { get; }

    /// <inheritdoc cref="LeaseInfo.IsEnlisted"/>
    public bool IsEnlisted { get; }

    /// <inheritdoc cref="LeaseInfo.Session"/>
    public SessionActivity? Session { get; }

    /// <summary>
    /// Returns the call site and the age in words, such as <c>OrderRepository.cs:87 (LoadAsync), held 12.0 s</c>,
    /// and the session's activity where it is known.
    /// </summary>
    public override string ToString() => FormattableString.Invariant($"{CallSite}, held {Age.TotalSeconds:F1} s{(IsEnlisted ? ", in an ambient transaction" : "")}{(Session is null ? "" : $", {Session}")}");
}
