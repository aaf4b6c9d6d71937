using Cenote.Providers;

namespace Cenote.AdoNet;

/// <summary>
/// How long one execution may run, and who is told: the server, the driver, the pool's own timer
/// (<see cref="QueryWatch"/>). Computed once, when the execution begins.
/// </summary>
/// <remarks>
/// A query timeout from here on: the server is told a longer limit where its own would end the statement too early
/// (<see cref="Raise"/>), the driver is told a later one (<see cref="DriverSeconds"/>), and the watch is started with
/// <see cref="Delay"/>. The rest of the story is in <see cref="QueryWatch"/>.
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
    /// Gets whether a query timeout was set, on the connection or for its pool, also one that does not count here.
    /// </summary>
    internal bool IsInForce { get; }

    /// <summary>
    /// Gets how long the execution may run; <see langword="null"/> for as long as the driver lets it.
    /// </summary>
    internal TimeSpan? Limit { get; }

    /// <summary>
    /// Gets when the pool's timer ends the execution: a moment later where the server does so by itself.
    /// </summary>
    internal TimeSpan? Delay { get; }

    /// <summary>Gets whether the server would end the statement before its limit.</summary>
    internal bool MustRaise { get; }

    /// <summary>Computes the limits of an execution that is about to begin.</summary>
    /// <param name="connection">The connection, whose own query timeout goes before that of its pool.</param>
    /// <param name="lease">Its lease.</param>
    /// <param name="ownTimeout">The command timeout in seconds that the statement's owner has set. It goes before
    /// both.</param>
    internal static StatementLimits Of(PooledConnection connection, in ConnectionLease lease, int? ownTimeout)
    {
        var ofPool = connection.Pool.Engine.Settings.QueryTimeout;
        var extras = connection.Work.Extras;
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

    /// <summary>Tells the server the limit, for the rest of the lease.</summary>
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

    /// <summary>Computes what fits the limit as the driver's own command timeout.</summary>
    /// <param name="before">What the driver had before it was told anything.</param>
    /// <param name="ownTimeout">What the statement's owner has set.</param>
    /// <param name="cancelsInProcess">Whether the database runs within the process.</param>
    internal int DriverSeconds(int before, int? ownTimeout, bool cancelsInProcess)
    {
        if (Limit is not { } limit)
        {
            return ownTimeout ?? (IsInForce && !cancelsInProcess ? 0 : before);
        }

        // Within the process it limits the wait for locks, which a query timeout must not make longer.
        var seconds = QueryLimit.DriverSeconds(limit);
        return cancelsInProcess && before > 0 ? Math.Min(seconds, before) : seconds;
    }

    // What the server was told for this lease; null for nothing.
    private static TimeSpan? OfServer(ConnectionExtras? extras, in ConnectionLease lease, TimeSpan? ofPool) =>
        lease.TryGetPhysical() is not { Limits.SupportsStatementTimeout: true } ? null
        : extras is not null && extras.RaisedOn == lease ? extras.Raised
        : QueryLimit.OfServer(ofPool);

    private static PhysicalConnection RaisablePhysical(in ConnectionLease lease)
    {
        var physical = lease.GetPhysical();
        if (!physical.IsResetFull)
        {
            // Nothing else would take it back.
            lease.RetireOnReturn();
        }

        return physical;
    }
}
