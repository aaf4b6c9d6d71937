namespace Cenote;

/// <summary>What <see cref="ConnectionPool.LeakReported"/> tells.</summary>
public sealed class LeakReportedEventArgs : EventArgs
{
    internal LeakReportedEventArgs(LeakKind kind, LeaseInfo lease) => (Kind, Lease) = (kind, lease);

    /// <summary>What became known.</summary>
    public LeakKind Kind { get; }

    /// <summary>Of which lease. Its age is the total, also after the return.</summary>
    public LeaseInfo Lease { get; }
}
