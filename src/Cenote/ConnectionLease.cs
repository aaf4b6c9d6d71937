using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote;

/// <summary>
/// The right to use one physical connection, the driver's own, until the lease is disposed of.
/// </summary>
/// <remarks>
/// Returning twice, also through a copy of the struct or from two threads at once, is harmless. After the return
/// <see cref="Connection"/> throws; the connection object itself must not be kept, since its next holder uses the same
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

    /// <summary>The driver's own open connection. Do not close it: dispose of the lease.</summary>
    /// <exception cref="ObjectDisposedException">The lease was returned, or never given.</exception>
    /// <exception cref="LeaseRevokedException">The pool has taken the lease back.</exception>
    public DbConnection Connection => TryGetConnection() ?? throw LeaseEnded();

    /// <summary>Whether the lease still holds its connection.</summary>
    public bool IsActive => _slot is not null && _slot.IsLeasedAs(_ticket);

    /// <summary>
    /// The pool that gave the lease; <see langword="null"/> for an empty one. Stays when the lease has ended.
    /// </summary>
    public ConnectionPool? Pool => _slot?.Pool;

    /// <summary>Whether there is a slot at all; the lease may have ended since.</summary>
    internal bool IsValid => _slot is not null;

    internal Slot? Slot => _slot;

    internal long Ticket => _ticket;

    /// <summary>
    /// What a late holder is told when the pool has taken the lease back; <see langword="null"/> when it has not, or
    /// long ago.
    /// </summary>
    internal LeaseRevokedException? Revocation => RevocationDuring(failure: null);

    /// <summary>The same for a call that failed because the lease was revoked during it.</summary>
    internal LeaseRevokedException? RevocationDuring(Exception? failure) =>
        !IsActive && _slot?.Endings.Find(_ticket) is { Kind: LeakKind.Revoked } ending ? ending.ToException(failure) : null;

    /// <summary>The driver's own connection as its type.</summary>
    /// <typeparam name="TConnection">The driver's connection type, such as <c>NpgsqlConnection</c>.</typeparam>
    /// <exception cref="ObjectDisposedException">The lease was returned, or never given.</exception>
    /// <exception cref="LeaseRevokedException">The pool has taken the lease back.</exception>
    /// <exception cref="InvalidCastException">The pool's driver has another connection type.</exception>
    public TConnection Unwrap<TConnection>()
        where TConnection : DbConnection
    {
        var connection = Connection;
        return connection as TConnection
            ?? throw new InvalidCastException($"The connection is a {connection.GetType()}, not a {typeof(TConnection)}.");
    }

    /// <summary>
    /// Asks that the connection be closed, not lent again, when it is returned. No effect after the return.
    /// </summary>
    public void RetireOnReturn() => _slot?.RetireOnReturn(_ticket, CloseReason.RequestedByHolder);

    /// <summary>
    /// Tells the pool of an exception that the driver threw on this lease, which the pool cannot see: one that means a
    /// lost connection retires this one on its return and makes the idle ones prove themselves; after a timeout or a
    /// cancelled statement this one is validated before its next lease, or closed where a cancel may still be on its
    /// way. No effect after the return.
    /// </summary>
    /// <param name="exception">What the driver threw.</param>
    /// <returns>What the exception means.</returns>
    /// <exception cref="ObjectDisposedException">The lease was never given.</exception>
    public FailureKind ReportFailure(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return _slot is null ? throw LeaseEnded() : _slot.Pool!.Engine.FailureReports.Report(this, exception, isRaw: true);
    }

    /// <summary>
    /// Tells the server how long a statement of this lease may run, instead of
    /// <see cref="ConnectionPoolOptions.QueryTimeout"/>. One round trip. It is taken back when the session is cleared;
    /// with another mode than <see cref="ResetMode.Full"/> the connection is closed on its return.
    /// </summary>
    /// <param name="timeout">1 ms to 1 day, or <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ObjectDisposedException">The lease was returned, or never given.</exception>
    /// <exception cref="NotSupportedException">The database has no such limit (SQLite, and any that is served by an
    /// <see cref="AdoNetProvider"/>).</exception>
    public ValueTask SetQueryTimeoutAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        QueryLimit.ThrowIfOutOfRange(timeout, mayBeInfinite: true);
        var physical = TryGetPhysical() ?? throw LeaseEnded();
        if (!physical.IsResetFull)
        {
            // Nothing else would take it back.
            RetireOnReturn();
        }

        return physical.RequiredLimits.SetStatementTimeoutAsync(timeout == Timeout.InfiniteTimeSpan ? null : timeout, cancellationToken);
    }

    /// <summary>Returns the connection.</summary>
    public void Dispose() => _slot?.Return(_ticket);

    /// <summary>Returns the connection; a driver that clears its session with a round trip is awaited.</summary>
    public ValueTask DisposeAsync() => _slot is null ? ValueTask.CompletedTask : _slot.ReturnAsync(_ticket);

    /// <summary>Whether both are the same lease.</summary>
    public bool Equals(ConnectionLease other) => ReferenceEquals(_slot, other._slot) && _ticket == other._ticket;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ConnectionLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, _ticket);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(ConnectionLease left, ConnectionLease right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(ConnectionLease left, ConnectionLease right) => !left.Equals(right);

    /// <summary>The driver's connection; <see langword="null"/> when the lease has ended.</summary>
    internal DbConnection? TryGetConnection() => _slot?.ConnectionOf(_ticket);

    /// <inheritdoc cref="TryGetConnection"/>
    internal PhysicalConnection? TryGetPhysical() => _slot?.PhysicalOf(_ticket);

    internal PhysicalConnection GetPhysical() => TryGetPhysical() ?? throw LeaseEnded();

    private Exception LeaseEnded() => Revocation as Exception ?? new ObjectDisposedException(
        nameof(ConnectionLease),
        _slot is null ? "This lease is empty: it was never given a connection." : "This lease has ended: its connection was returned and may serve someone else. Rent again.");
}
