using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote;

/// <summary>The right to use one physical connection of a pool until the lease is disposed of.</summary>
/// <remarks>
/// Returning a lease twice is harmless, also through a copy of the struct or from two threads at once. After the return
/// <see cref="Connection"/> throws. Do not keep the connection object itself, because its next holder uses the same
/// one.
/// </remarks>
public readonly struct ConnectionLease : IDisposable, IAsyncDisposable, IEquatable<ConnectionLease>
{
    private readonly Slot? _slot;
    private readonly long _ticket;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ConnectionLease(Slot slot, long ticket)
    {
        _slot = slot;
        _ticket = ticket;
    }

    /// <summary>Gets the driver's own open connection. Do not close it: dispose of the lease.</summary>
    /// <exception cref="ObjectDisposedException">The lease was returned, or is empty.</exception>
    /// <exception cref="LeaseRevokedException">The pool has revoked the lease.</exception>
    public DbConnection Connection => _slot?.ExposedConnectionOf(_ticket) ?? throw LeaseEnded();

    /// <summary>Gets the driver's connection for calls of the pool itself.</summary>
    internal DbConnection DriverConnection => TryGetConnection() ?? throw LeaseEnded();

    /// <summary>Gets whether the lease still holds its connection.</summary>
    public bool IsActive => _slot is not null && _slot.IsLeasedAs(_ticket);

    /// <summary>
    /// Gets the pool that the lease belongs to, also after the lease has ended; <see langword="null"/> for an empty
    /// lease.
    /// </summary>
    public ConnectionPool? Pool => _slot?.Pool;

    /// <summary>Gets whether the lease was rented, even if it has ended since.</summary>
    internal bool IsValid => _slot is not null;

    internal Slot? Slot => _slot;

    internal long Ticket => _ticket;

    /// <summary>
    /// Gets the exception for a holder whose lease was revoked; <see langword="null"/> when it was not, or too long
    /// ago.
    /// </summary>
    internal LeaseRevokedException? Revocation => RevocationDuring(failure: null);

    /// <summary>Gets the same exception for a call that failed because the lease was revoked during it.</summary>
    internal LeaseRevokedException? RevocationDuring(Exception? failure) =>
        !IsActive && _slot?.Endings?.Find(_ticket) is { Kind: LeakKind.Revoked } ending ? ending.ToException(failure) : null;

    /// <summary>Gets the driver's own connection as its type.</summary>
    /// <typeparam name="TConnection">The driver's connection type, such as <c>NpgsqlConnection</c>.</typeparam>
    /// <exception cref="ObjectDisposedException">The lease was returned, or is empty.</exception>
    /// <exception cref="LeaseRevokedException">The pool has revoked the lease.</exception>
    /// <exception cref="InvalidCastException">The pool's driver has another connection type.</exception>
    public TConnection Unwrap<TConnection>()
        where TConnection : DbConnection
    {
        var connection = Connection;
        return connection as TConnection
            ?? throw new InvalidCastException($"The connection is a {connection.GetType()}, not a {typeof(TConnection)}.");
    }

    /// <summary>
    /// Marks the connection to be closed when it is returned, instead of rented again. Does nothing after the return.
    /// </summary>
    public void RetireOnReturn() => _slot?.RetireOnReturn(_ticket, CloseReason.RequestedByHolder);

    /// <summary>
    /// Reports an exception that the driver threw on this lease, which the pool cannot see. Does nothing after the
    /// return.
    /// </summary>
    /// <remarks>
    /// After a lost connection, the pool retires this connection on its return and validates the idle ones before it
    /// rents them. After a timeout or a cancelled statement, it validates this connection before the next lease, or
    /// closes it where a cancel may still be on its way.
    /// </remarks>
    /// <param name="exception">The driver's exception.</param>
    /// <returns>The meaning of the exception.</returns>
    /// <exception cref="ObjectDisposedException">The lease is empty.</exception>
    public FailureKind ReportFailure(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return _slot is null ? throw LeaseEnded() : _slot.Pool!.Engine.FailureReports.Report(this, exception, isRaw: true);
    }

    /// <summary>
    /// Sets the server's limit for the statements of this lease, instead of
    /// <see cref="ConnectionPoolOptions.QueryTimeout"/>. Takes one round trip.
    /// </summary>
    /// <remarks>
    /// The reset of the session takes the limit back. With a mode other than <see cref="ResetMode.Full"/> the
    /// connection is closed on its return.
    /// </remarks>
    /// <param name="timeout">1 ms to 1 day, or <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <exception cref="ObjectDisposedException">The lease was returned, or is empty.</exception>
    /// <exception cref="NotSupportedException">The database has no such limit (SQLite, and every database of an
    /// <see cref="AdoNetProvider"/>).</exception>
    public ValueTask SetQueryTimeoutAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        QueryLimit.ThrowIfOutOfRange(timeout, mayBeInfinite: true);
        var physical = TryGetPhysical() ?? throw LeaseEnded();
        physical.MarkDirty();
        if (!physical.IsResetFull)
        {
            // No reset takes it back.
            RetireOnReturn();
        }

        return physical.RequiredLimits.SetStatementTimeoutAsync(timeout == Timeout.InfiniteTimeSpan ? null : timeout, cancellationToken);
    }

    /// <summary>Returns the connection.</summary>
    public void Dispose() => _slot?.Return(_ticket);

    /// <summary>Returns the connection, and waits where the driver resets its session with a round trip.</summary>
    public ValueTask DisposeAsync() => _slot is null ? ValueTask.CompletedTask : _slot.ReturnAsync(_ticket);

    /// <summary>Returns whether both are the same lease.</summary>
    public bool Equals(ConnectionLease other) => ReferenceEquals(_slot, other._slot) && _ticket == other._ticket;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ConnectionLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, _ticket);

    /// <summary>Returns whether both are the same lease.</summary>
    public static bool operator ==(ConnectionLease left, ConnectionLease right) => left.Equals(right);

    /// <summary>Returns whether they are different leases.</summary>
    public static bool operator !=(ConnectionLease left, ConnectionLease right) => !left.Equals(right);

    /// <summary>Gets the driver's connection; <see langword="null"/> when the lease has ended.</summary>
    internal DbConnection? TryGetConnection() => _slot?.ConnectionOf(_ticket);

    /// <inheritdoc cref="TryGetConnection"/>
    internal PhysicalConnection? TryGetPhysical() => _slot?.PhysicalOf(_ticket);

    /// <inheritdoc cref="PhysicalConnection.MarkDirty"/>
    internal void MarkDirty() => TryGetPhysical()?.MarkDirty();

    /// <summary>Records that a cancel may be on its way to the session, although no statement has failed.</summary>
    internal void RecordUnansweredCancel() => _slot?.Pool?.Engine.FailureReports.RecordCancel(in this, default, isSent: true);

    internal PhysicalConnection GetPhysical() => TryGetPhysical() ?? throw LeaseEnded();

    private Exception LeaseEnded() => Revocation as Exception ?? new ObjectDisposedException(
        nameof(ConnectionLease),
        _slot is null ? "This lease is empty: it was never rented. Rent one from a pool." : "This lease has ended: its connection was returned and may serve another holder. Rent again.");
}
