namespace Cenote;

/// <summary>The arguments of <see cref="ReplicaSet.TopologyChanged"/>.</summary>
public sealed class TopologyChangedEventArgs : EventArgs
{
    internal TopologyChangedEventArgs(TopologyChange change) => Change = change;

    /// <summary>Gets the change, with its time.</summary>
    public TopologyChange Change { get; }
}
