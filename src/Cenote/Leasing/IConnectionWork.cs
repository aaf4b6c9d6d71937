using Cenote.Providers;

namespace Cenote.Leasing;

/// <summary>
/// The work that the desk requests outside of slots and waiters. Called without the desk's lock; must not block or
/// throw.
/// </summary>
internal interface IConnectionWork
{
    /// <summary>
    /// Opens a connection for a slot in state opening, and reports to <see cref="LeaseDesk.Opened"/> or
    /// <see cref="LeaseDesk.OpenFailed"/>.
    /// </summary>
    /// <param name="slot">The slot, owned by the work.</param>
    /// <param name="needsOwnThread">Whether a caller blocks a thread, so that the thread pool may have none left to
    /// open on.</param>
    void Open(Slot slot, bool needsOwnThread);

    /// <summary>
    /// Validates the connection of a slot in state validating, and brings the slot to idle or closing.
    /// </summary>
    void Validate(Slot slot, bool needsOwnThread);

    /// <summary>
    /// Closes the connection of a slot in state closing, and reports to <see cref="LeaseDesk.Closed"/>.
    /// </summary>
    void Close(Slot slot, CloseReason reason);

    /// <summary>
    /// Gives up the connection of a slot in state closing, on which a call of the driver hangs: reports to
    /// <see cref="LeaseDesk.Closed"/> without touching the connection. The code that made the call ends with
    /// <see cref="CloseAbandoned"/>.
    /// </summary>
    void Abandon(Slot slot, CloseReason reason);

    /// <summary>Closes a connection that was given up, after the hanging call of the driver has ended.</summary>
    void CloseAbandoned(PhysicalConnection physical, CloseReason reason);

    /// <summary>
    /// Records that a connection without a holder has failed: logs it and, when the server may be lost, requires a
    /// validation of the idle ones.
    /// </summary>
    void RecordFailure(Slot slot, CloseReason reason, Exception? exception);

    /// <summary>
    /// Queues the event of a change of the circuit. The only member that is called under the desk's lock.
    /// </summary>
    void NotifyCircuitChanged(CircuitState before, CircuitStatus status);
}
