using Cenote.Providers;

namespace Cenote.Leasing;

/// <summary>
/// What the desk asks of the world beyond slots and waiters. Called without the desk's lock; none of it may block or
/// throw.
/// </summary>
internal interface IConnectionWork
{
    /// <summary>
    /// Opens a connection for a slot in state opening, and reports to <see cref="LeaseDesk.Opened"/> or
    /// <see cref="LeaseDesk.OpenFailed"/>.
    /// </summary>
    /// <param name="slot">The slot, owned by the work.</param>
    /// <param name="needsOwnThread">A caller blocks a thread: the thread pool may have none left to open on.</param>
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
    /// A call of the driver hangs on the connection of a slot in state closing: reports to
    /// <see cref="LeaseDesk.Closed"/> without touching the connection. Whoever made the call ends with
    /// <see cref="CloseAbandoned"/>.
    /// </summary>
    void Abandon(Slot slot, CloseReason reason);

    /// <summary>
    /// Closes a connection that was given up, now that the call of the driver that hung on it has ended.
    /// </summary>
    void CloseAbandoned(PhysicalConnection physical, CloseReason reason);

    /// <summary>
    /// A connection that no caller holds has failed: logs it and, when the server may be lost, makes the idle ones
    /// suspect.
    /// </summary>
    void RecordFailure(Slot slot, CloseReason reason, Exception? exception);

    /// <summary>
    /// The circuit has changed. The one member that is called under the desk's lock: it only queues the event.
    /// </summary>
    void NotifyCircuitChanged(CircuitState before, CircuitStatus status);
}
