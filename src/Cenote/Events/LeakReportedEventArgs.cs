namespace Cenote;

/// <summary>The data of <see cref="ConnectionPool.LeakReported"/>.</summary>
public sealed class LeakReportedEventArgs : EventArgs
{
    internal LeakReportedEventArgs(LeakKind kind, LeaseInfo lease) => (Kind, Lease) = (kind, lease);

    /// <summary>Gets the kind of the report.</summary>
    public LeakKind Kind { get; }

    /// <summary>Gets the reported lease. Its age is the total age, also after the return.</summary>
    public LeaseInfo Lease { get; }
}
