using System.Text;

namespace Cenote;

/// <summary>
/// What the server reported about the session of a lease, or about a session that blocks it. See
/// <see cref="ConnectionPoolOptions.ServerDiagnosis"/>.
/// </summary>
public sealed class SessionActivity
{
    private const int MaxBlockersInText = 2;

    internal SessionActivity()
    {
    }

    /// <summary>
    /// Gets the id of the session at the server: the process in PostgreSQL, the connection in MySQL and MariaDB; 0 for
    /// a prepared transaction, which has no session.
    /// </summary>
    public long SessionId { get; internal init; }

    /// <summary>Gets the time of the server's report.</summary>
    public DateTimeOffset Time { get; internal init; }

    /// <summary>Gets what the session was doing.</summary>
    public SessionState State { get; internal init; }

    /// <summary>
    /// Gets how long it had been doing that, by the server's clock; <see langword="null"/> when it is not known. In
    /// MySQL exact to a second.
    /// </summary>
    public TimeSpan? StateDuration { get; internal init; }

    /// <summary>Gets whether its statement was waiting for a lock.</summary>
    public bool IsWaitingForLock { get; internal init; }

    /// <summary>
    /// Gets the sessions that had the lock, or waited for it earlier. Sessions that do not wait themselves come first.
    /// Empty when the session does not wait, when the server does not show them to the user of the pool, and where the
    /// chain has come back to a session that is in it already.
    /// </summary>
    public IReadOnlyList<SessionActivity> BlockedBy { get; internal set; } = [];

    /// <summary>
    /// Gets the running statement, or the last one, without literals as in
    /// <see cref="ConnectionPool.GetStatementStatistics"/>; <see langword="null"/> unless the pool of the session
    /// counts statements (<see cref="ConnectionPoolOptions.StatementStatistics"/>).
    /// </summary>
    public string? Statement { get; internal init; }

    /// <summary>
    /// Gets the pool whose session it is; <see langword="null"/> for a session outside the pools of this process.
    /// </summary>
    public string? PoolName { get; internal init; }

    /// <summary>
    /// Gets where the lease was rented that the session belonged to; unknown for a session that was not leased from a
    /// pool of this process.
    /// </summary>
    public CallSite CallSite { get; internal init; }

    /// <summary>
    /// Gets the user and the address of a session outside the pools of this process, such as <c>user reporting,
    /// 10.0.0.7</c>; <see langword="null"/> for others.
    /// </summary>
    public string? Client { get; internal init; }

    /// <summary>Gets whether the session belonged to a lease of a pool of this process.</summary>
    internal bool IsLeased { get; init; }

    /// <summary>
    /// Gets whether it runs no statement, also where it is not known whether it is in a transaction.
    /// </summary>
    internal bool IsIdle { get; init; }

    /// <summary>Gets whether its lease ended while the server was queried, so that its holder is not known.</summary>
    internal bool IsHolderUnknown { get; init; }

    /// <summary>Gets the reason why its state is unknown.</summary>
    internal string? Obstacle { get; init; }

    /// <summary>Gets the session at the end of the first chain of blockers.</summary>
    internal SessionActivity Root
    {
        get
        {
            var root = this;
            while (root.BlockedBy is [var next, ..])
            {
                root = next;
            }

            return root;
        }
    }

    /// <summary>
    /// Returns whether locks are the reason that leases take long: at least half of the reported ones wait for one.
    /// </summary>
    internal static bool AreHeldByLocks(IEnumerable<SessionActivity?> leases)
    {
        var (reported, waiting) = (0, 0);
        foreach (var lease in leases)
        {
            reported += lease is null ? 0 : 1;
            waiting += lease is { IsWaitingForLock: true } ? 1 : 0;
        }

        return waiting > 0 && waiting * 2 >= reported;
    }

    /// <summary>
    /// Returns the activity in words, such as <c>running for 11.9 s, waiting for a lock of Reports.cs:12 (Export),
    /// which is idle in a transaction for 14.0 s</c>.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text, PoolName, [SessionId]);
        return text.ToString();
    }

    /// <summary>Returns the session in words, such as <c>Reports.cs:12 (Export) of pool reports</c>.</summary>
    /// <param name="poolName">The pool that the reader knows of.</param>
    /// <param name="namesClient">Whether user and address of another application are named.</param>
    internal string Describe(string? poolName, bool namesClient = true) => this switch
    {
        { SessionId: 0, PoolName: null } => "a prepared transaction",
        { PoolName: null } => FormattableString.Invariant($"session {SessionId} outside this process{(Client is null || !namesClient ? "" : $" ({Client})")}"),
        { IsHolderUnknown: true } => FormattableString.Invariant($"session {SessionId} of pool {PoolName}"),
        { IsLeased: false } => FormattableString.Invariant($"session {SessionId} of pool {PoolName}, which is not leased"),
        _ => string.Equals(PoolName, poolName, StringComparison.Ordinal) ? CallSite.ToString() : $"{CallSite} of pool {PoolName}",
    };

    private void Append(StringBuilder text, string? poolName, HashSet<long> seen)
    {
        text.Append(State switch
        {
            SessionState.Running or SessionState.WaitingForClient => Statement is null ? "running" : $"running {Statement}",
            SessionState.IdleInTransaction => Statement is null ? "idle in a transaction" : $"idle in a transaction after {Statement}",
            SessionState.Idle => "idle at the server",
            _ => Obstacle ?? "in an unknown state",
        });
        if (StateDuration is { } duration && (State != SessionState.Unknown || Obstacle is not null))
        {
            text.Append(FormattableString.Invariant($" for {duration.TotalSeconds:F1} s"));
        }

        if (State == SessionState.WaitingForClient)
        {
            text.Append(", waiting for its client to read on or to send more");
        }

        if (!IsWaitingForLock)
        {
            return;
        }

        text.Append(", waiting for a lock");
        for (var i = 0; i < Math.Min(BlockedBy.Count, MaxBlockersInText); i++)
        {
            var blocker = BlockedBy[i];
            text.Append(i == 0 ? " of " : ", and of ").Append(blocker.Describe(poolName));
            if (blocker.SessionId != 0 && seen.Add(blocker.SessionId))
            {
                text.Append(", which is ");
                blocker.Append(text, poolName, seen);
            }
        }

        if (BlockedBy.Count > MaxBlockersInText)
        {
            text.Append(FormattableString.Invariant($", and of {BlockedBy.Count - MaxBlockersInText} more"));
        }
    }
}
