using Cenote.Providers;
using Cenote.Resilience;
using Cenote.Waiting;

namespace Cenote.Leasing;

/// <summary>
/// What the desk asks of the world beyond slots and waiters. Called without the desk's lock; none of it may block or throw.
/// </summary>
internal interface IConnectionWork
{
    /// <summary>Opens a connection for a slot in state opening, and reports to <see cref="LeaseDesk.Opened"/> or <see cref="LeaseDesk.OpenFailed"/>.</summary>
    /// <param name="slot">The slot, owned by the work.</param>
    /// <param name="needsOwnThread">A caller blocks a thread: the thread pool may have none left to open on.</param>
    void Open(Slot slot, bool needsOwnThread);

    /// <summary>Validates the connection of a slot in state validating, and brings the slot to idle or closing.</summary>
    void Validate(Slot slot, bool needsOwnThread);

    /// <summary>Closes the connection of a slot in state closing, and reports to <see cref="LeaseDesk.Closed"/>.</summary>
    void Close(Slot slot, CloseReason reason);

    /// <summary>
    /// A call of the driver hangs on the connection of a slot in state closing: reports to <see cref="LeaseDesk.Closed"/> without
    /// touching the connection. Whoever made the call ends with <see cref="CloseGivenUp"/>.
    /// </summary>
    void GiveUp(Slot slot, CloseReason reason);

    /// <summary>Closes a connection that was given up, now that the call of the driver that hung on it has ended.</summary>
    void CloseGivenUp(PhysicalConnection physical, CloseReason reason);

    /// <summary>A connection failed outside of an open: logs it and, when the connection is lost, makes the idle ones suspect.</summary>
    void NoteFailure(Slot slot, CloseReason reason, Exception? exception);

    /// <summary>The holder of a lease met a failure of the driver: says what it means, and sees that nobody else suffers from it.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="ticket">The lease.</param>
    /// <param name="exception">What the driver threw.</param>
    /// <param name="isRaw">Whether the holder works with the driver's own connection, so that the pool sees no cancel of his.</param>
    FailureKind ReportFailure(Slot slot, long ticket, Exception exception, bool isRaw);

    /// <summary>What a caller that ran out of time is told.</summary>
    Exception DescribeTimeout(in RentRequest request);

    /// <summary>What callers are told when a connection could not be opened.</summary>
    Exception DescribeOpenFailure(OpenFailure failure);

    /// <summary>What callers are told while the circuit is open and nothing is left to serve them.</summary>
    Exception DescribeCircuitOpen();

    /// <summary>What callers are told who are turned away to protect the others.</summary>
    /// <param name="reason">Why, as the middle of a sentence.</param>
    Exception DescribeOverload(string reason);

    /// <summary>Says that the circuit has changed. The one thing that is called under the desk's lock: it only queues what it is told.</summary>
    void Announce(CircuitState before, CircuitStatus status);

    /// <summary>What callers are told once the pool is closed.</summary>
    Exception DescribeClosed();
}
