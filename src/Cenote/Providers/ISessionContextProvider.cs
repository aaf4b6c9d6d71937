namespace Cenote.Providers;

/// <summary>
/// An ability of a <see cref="DatabaseProvider"/>: its sessions can carry a <see cref="SessionContext"/>.
/// </summary>
/// <remarks>
/// A reset with <see cref="ResetMode.Full"/> takes back all that it has set. After a smaller reset, the pool requests
/// that itself before the next holder gets the session.
/// </remarks>
public interface ISessionContextProvider
{
    /// <summary>
    /// Returns the reason why sessions cannot carry a context, and what they can carry; <see langword="null"/> when
    /// they can. Called before a connection is rented, and must be fast.
    /// </summary>
    /// <param name="context">The context of the caller.</param>
    /// <param name="settings">The settings of the pool's connections.</param>
    string? FindProblem(SessionContext context, ConnectionSettings settings);

    /// <summary>
    /// Sets entries in a session, in one round trip. Values must be parameters, not parts of a text. A failure may
    /// leave some of them set: the pool then resets or closes the session.
    /// </summary>
    /// <param name="connection">The connection of a new lease, which its holder does not use yet.</param>
    /// <param name="entries">The entries, settings before the role. Those without a value are restored.</param>
    /// <param name="timeout">The timeout of the statement. A driver with whole seconds rounds it up.</param>
    void SetContext(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout);

    /// <inheritdoc cref="SetContext"/>
    /// <param name="connection">The connection of a new lease, which its holder does not use yet.</param>
    /// <param name="entries">The entries, settings before the role. Those without a value are restored.</param>
    /// <param name="timeout">The timeout of the statement. A driver with whole seconds rounds it up.</param>
    /// <param name="cancellationToken">The token of the caller that rents.</param>
    ValueTask SetContextAsync(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout, CancellationToken cancellationToken);
}
