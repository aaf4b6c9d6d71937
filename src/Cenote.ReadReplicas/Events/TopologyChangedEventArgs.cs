namespace Cenote;

/// <summary>A change in a set, after it has taken effect.</summary>
public sealed class TopologyChangedEventArgs : EventArgs
{
    internal TopologyChangedEventArgs(string setName, TopologyChangeKind change, ReplicaSetServer server, ReplicaSetServer? formerPrimary, string reason, DateTimeOffset time)
    {
        SetName = setName;
        Kind = change;
        Server = server;
        FormerPrimary = formerPrimary;
        Reason = reason;
        Time = time;
    }

    /// <summary>Gets the name of the set.</summary>
    public string SetName { get; }

    /// <summary>Gets the kind of the change.</summary>
    public TopologyChangeKind Kind { get; }

    /// <summary>Gets the affected server.</summary>
    public ReplicaSetServer Server { get; }

    /// <summary>
    /// Gets the former primary of a <see cref="TopologyChangeKind.PrimaryChanged"/>; <see langword="null"/> for the
    /// first one found.
    /// </summary>
    public ReplicaSetServer? FormerPrimary { get; }

    /// <summary>Gets the reason.</summary>
    public string Reason { get; }

    /// <summary>Gets the time of the change.</summary>
    public DateTimeOffset Time { get; }
}
