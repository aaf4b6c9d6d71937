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

    /// <summary>The set's name.</summary>
    public string SetName { get; }

    /// <summary>What has changed.</summary>
    public TopologyChangeKind Kind { get; }

    /// <summary>The server that it is about.</summary>
    public ReplicaSetServer Server { get; }

    /// <summary>
    /// For <see cref="TopologyChangeKind.PrimaryChanged"/>: who was the primary before; <see langword="null"/> for the
    /// first one found.
    /// </summary>
    public ReplicaSetServer? FormerPrimary { get; }

    /// <summary>Why, in words.</summary>
    public string Reason { get; }

    /// <summary>When.</summary>
    public DateTimeOffset Time { get; }
}
