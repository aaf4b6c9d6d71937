namespace Cenote;

/// <summary>The arguments of <see cref="ConnectionPool.LeakReported"/>.</summary>
public sealed class LeakReportedEventArgs : EventArgs
{
    internal LeakReportedEventArgs(string poolName, DateTimeOffset time, LeakKind kind, LeaseInfo lease) =>
        (PoolName, Time, Kind, Lease) = (poolName, time, kind, lease);

    /// <summary>Gets the pool's name.</summary>
    public string PoolName { get; }

    /// <summary>Gets when it was reported.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Gets what is known about the lease.</summary>
    public LeakKind Kind { get; }

    /// <summary>Gets the lease. After its return, its age is the total.</summary>
    public LeaseInfo Lease { get; }
}
