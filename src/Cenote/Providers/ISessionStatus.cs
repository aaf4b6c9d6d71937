namespace Cenote.Providers;

/// <summary>
/// The ability of a connection to tell from the server's last answer whether its session is at rest. Without it, a
/// lease that began or ended a transaction by a statement's text is dirty (<see cref="ResetMode.WhenDirty"/>).
/// </summary>
public interface ISessionStatus
{
    /// <summary>
    /// Gets whether no transaction is open and the last statement left nothing that a later one could see, without a
    /// round trip. Read at the return of a lease, and in doubt <see langword="false"/>.
    /// </summary>
    bool IsAtRest { get; }
}
