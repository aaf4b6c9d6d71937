using Cenote.AdoNet;
using Cenote.Providers;
using Cenote.Resilience;

namespace Cenote;

// How long statements may run.
public sealed partial class PooledConnection
{
    // Most connections have none: the object that every open allocates stays small.
    private ConnectionLimits? _limits;

    /// <summary>The longest that a statement of this connection's commands and batches may run; then it is ended with a <see cref="QueryTimeoutException"/>.</summary>
    /// <value>
    /// Default <see langword="null"/>: <see cref="ConnectionPoolOptions.QueryTimeout"/>. Range 1 ms to 1 day, or <see cref="Timeout.InfiniteTimeSpan"/> for none.
    /// May be changed at any time, and counts for executions that begin later. Stays when the connection is closed and opened again.
    /// A <see cref="System.Data.Common.DbCommand.CommandTimeout"/> that was set goes before it.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">Set to a time out of range.</exception>
    public TimeSpan? QueryTimeout
    {
        get => _limits?.QueryTimeout;
        set
        {
            QueryLimit.ThrowIfOutOfRange(value, mayBeInfinite: true);
            (_limits ??= new ConnectionLimits()).QueryTimeout = value;
        }
    }

    /// <summary>What is in force for commands without a timeout of their own. Infinite when there is a limit that does not count here.</summary>
    internal TimeSpan? EffectiveQueryTimeout => _limits?.QueryTimeout ?? _pool.Engine.Settings.QueryTimeout;

    /// <summary>The limit that the server was told for this lease; <see langword="null"/> for none.</summary>
    internal TimeSpan? ServerLimit(in ConnectionLease lease) =>
        lease.TryGetPhysical() is not { LimitsStatements: true } ? null
        : _limits is { } limits && limits.RaisedOn == lease ? limits.Raised
        : QueryLimit.OfServer(_pool.Engine.Settings.QueryTimeout);

    /// <summary>Whether the server would end a statement before its limit.</summary>
    internal bool MustRaiseLimit(in ConnectionLease lease, TimeSpan? limit) =>
        _pool.Engine.Settings.QueryTimeout is not null && ServerLimit(in lease) is { } serverLimit && (limit is null || serverLimit < limit);

    /// <summary>Tells the server a longer limit, for the rest of the lease.</summary>
    internal void RaiseLimit(in ConnectionLease lease, TimeSpan? limit)
    {
        var physical = NoteRaise(in lease);
        physical.LimitStatements(limit);
        (_limits ??= new ConnectionLimits()).NoteRaised(in lease, limit);
    }

    /// <inheritdoc cref="RaiseLimit"/>
    internal async ValueTask RaiseLimitAsync(ConnectionLease lease, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var physical = NoteRaise(in lease);
        await physical.LimitStatementsAsync(limit, cancellationToken).ConfigureAwait(false);
        (_limits ??= new ConnectionLimits()).NoteRaised(in lease, limit);
    }

    /// <summary>For exception filters: tells the pool of a failure.</summary>
    /// <returns>What the caller is told instead; <see langword="null"/> for the failure itself.</returns>
    internal Exception? Failed(in ConnectionLease lease, Exception exception, QueryWatch? watch = null)
    {
        var kind = _pool.Engine.FailureReports.Report(lease, exception);
        Progress?.NoteFailure(exception, kind, isEnding: false);
        return lease.RevocationDuring(exception) as Exception ?? watch?.Explain(exception, kind) ?? ConnectionLostException.TryWrap(_pool.Name, exception, kind);
    }

    /// <summary>For exception filters: reports a failure of letting go of something: a rollback, a close, a disposal.</summary>
    /// <inheritdoc cref="Failed" path="/returns"/>
    internal Exception? FailedEnding(in ConnectionLease lease, Exception exception)
    {
        var kind = _pool.Engine.FailureReports.Report(lease, exception);
        Progress?.NoteFailure(exception, kind, isEnding: true);
        return lease.RevocationDuring(exception) as Exception ?? ConnectionLostException.TryWrap(_pool.Name, exception, kind);
    }

    /// <summary>How far the work has come that the pool runs on this connection; <see langword="null"/> when it runs none.</summary>
    internal WorkProgress? Progress { get; set; }

    /// <summary>Whether the lease still holds, but its session is gone as far as the driver knows. No round trip.</summary>
    internal bool HasLostSession => TryGetLease(out var lease) && lease.TryGetPhysical() is { IsUsable: false };

    private TConnection Unwrap<TConnection>(in ConnectionLease lease)
        where TConnection : System.Data.Common.DbConnection
    {
        Progress?.NoteUnwrapped();
        return lease.Unwrap<TConnection>();
    }

    private static PhysicalConnection NoteRaise(in ConnectionLease lease)
    {
        var physical = lease.GetPhysical();
        if (!physical.ClearsFully)
        {
            // Nothing else would take it back.
            lease.RetireOnReturn();
        }

        return physical;
    }
}
