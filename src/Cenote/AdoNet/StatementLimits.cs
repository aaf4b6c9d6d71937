using Cenote.Providers;

namespace Cenote.AdoNet;

/// <summary>
/// The limits of one execution, for the server, the driver and the pool's own timer (<see cref="QueryWatch"/>).
/// Computed once, when the execution begins.
/// </summary>
/// <remarks>
/// With a query timeout, the server gets a longer limit if its own would end the statement too early
/// (<see cref="Raise"/>). The driver gets a later one (<see cref="DriverSeconds"/>), and the watch starts with
/// <see cref="Delay"/>. <see cref="QueryWatch"/> does the rest.
/// </remarks>
internal readonly struct StatementLimits
{
    private StatementLimits(TimeSpan? limit, TimeSpan? serverLimit, bool mustRaise)
    {
        IsInForce = true;
        Limit = limit;
        MustRaise = mustRaise;
        if (limit is { } time)
        {
            Delay = QueryLimit.Delay(time, mustRaise ? limit : serverLimit);
        }
    }

    /// <summary>
    /// Gets whether a query timeout was set on the connection or for its pool, even without effect here.
    /// </summary>
    internal bool IsInForce { get; }

    /// <summary>
    /// Gets the limit of the execution, or <see langword="null"/> for the driver's own limit.
    /// </summary>
    internal TimeSpan? Limit { get; }

    /// <summary>
    /// Gets the time after which the pool's timer ends the execution: slightly later if the server does so by itself.
    /// </summary>
    internal TimeSpan? Delay { get; }

    /// <summary>Gets whether the server would end the statement before its limit.</summary>
    internal bool MustRaise { get; }

    /// <summary>Computes the limits of an execution before it begins.</summary>
    /// <param name="connection">The connection, whose query timeout takes precedence over the pool's.</param>
    /// <param name="lease">Its lease.</param>
    /// <param name="ownTimeout">The command timeout in seconds that the owner has set. It takes precedence over
    /// both.</param>
    internal static StatementLimits Of(PooledConnection connection, in ConnectionLease lease, int? ownTimeout)
    {
        var ofPool = connection.Pool.Engine.Settings.QueryTimeout;
        var extras = connection.Details?.Work.Extras;
        if ((extras?.QueryTimeout ?? ofPool) is not { } inForce)
        {
            return default;
        }

        TimeSpan? limit = ownTimeout switch
        {
            null => inForce == Timeout.InfiniteTimeSpan ? null : inForce,
            0 => null,
            { } seconds => TimeSpan.FromSeconds(seconds),
        };
        var ofServer = OfServer(extras, in lease, ofPool);
        var mustRaise = ofPool is not null && ofServer is not null && (limit is null || ofServer < limit);
        return new StatementLimits(limit, ofServer, mustRaise);
    }

    /// <summary>Sets the limit on the server, for the rest of the lease.</summary>
    internal void Raise(PooledConnection connection, in ConnectionLease lease)
    {
        RaisablePhysical(in lease).RequiredLimits.SetStatementTimeout(Limit);
        connection.Work.RequireExtras().NoteRaised(in lease, Limit);
    }

    /// <inheritdoc cref="Raise"/>
    internal async ValueTask RaiseAsync(PooledConnection connection, ConnectionLease lease, CancellationToken cancellationToken)
    {
        await RaisablePhysical(in lease).RequiredLimits.SetStatementTimeoutAsync(Limit, cancellationToken).ConfigureAwait(false);
        connection.Work.RequireExtras().NoteRaised(in lease, Limit);
    }

    /// <summary>Computes the driver's command timeout that fits the limit.</summary>
    /// <param name="before">The original command timeout of the driver.</param>
    /// <param name="ownTimeout">The command timeout of the statement's owner.</param>
    /// <param name="cancelsInProcess">Whether the database runs in the process.</param>
    internal int DriverSeconds(int before, int? ownTimeout, bool cancelsInProcess)
    {
        if (Limit is not { } limit)
        {
            return ownTimeout ?? (IsInForce && !cancelsInProcess ? 0 : before);
        }

        // In the process it limits the wait for locks, which a query timeout must not prolong.
        var seconds = QueryLimit.DriverSeconds(limit);
        return cancelsInProcess && before > 0 ? Math.Min(seconds, before) : seconds;
    }

    // The limit that was set on the server for this lease, or null.
    private static TimeSpan? OfServer(ConnectionExtras? extras, in ConnectionLease lease, TimeSpan? ofPool) =>
        lease.TryGetPhysical() is not { Limits.SupportsStatementTimeout: true } ? null
        : extras is not null && extras.RaisedOn == lease ? extras.Raised
        : QueryLimit.OfServer(ofPool);

    private static PhysicalConnection RaisablePhysical(in ConnectionLease lease)
    {
        var physical = lease.GetPhysical();
        physical.MarkDirty();
        if (!physical.IsResetFull)
        {
            // Nothing else would reset the limit.
            lease.RetireOnReturn();
        }

        return physical;
    }
}
