using Cenote.Execution;

namespace Cenote.AdoNet;

/// <summary>
/// The state of a connection beyond its lease: its route and caller, the work of its lease and the progress of the work
/// that the pool runs on it.
/// </summary>
/// <param name="target">The slot of the lease, or the pool before the first one.</param>
internal sealed class ConnectionDetails(object target)
{
    private object _target = target;
    private LeaseWork _work;

    /// <summary>Gets or sets the slot of the lease, or the pool before the first one.</summary>
    internal object Target
    {
        get => Volatile.Read(ref _target);
        set => Volatile.Write(ref _target, value);
    }

    /// <summary>Gets the data source that chooses the pool each time the connection is opened.</summary>
    internal RoutedDataSource? Route { get; init; }

    /// <summary>Gets or sets the caller, for the leases that the connection rents later.</summary>
    internal CallSite Site { get; set; }

    /// <summary>
    /// Gets or sets the progress of the work that the pool runs on the connection; <see langword="null"/> when it runs
    /// none.
    /// </summary>
    internal WorkProgress? Progress { get; set; }

    /// <summary>Gets the readers and the transaction of the lease.</summary>
    internal ref LeaseWork Work => ref _work;
}
