namespace Cenote;

/// <summary>A change in a set, after it has taken effect.</summary>
public sealed class TopologyChange
{
    internal TopologyChange(string setName, TopologyChangeKind change, ReplicaSetServer server, ReplicaSetServer? formerPrimary, string reason, DateTimeOffset time)
    {
        SetName = setName;
        Kind = change;
        Server = server;
        FormerPrimary = formerPrimary;
        Reason = reason;
        Time = time;
    }

    /// <summary>Gets the set's name.</summary>
    public string SetName { get; }

    /// <summary>Gets what has changed.</summary>
    public TopologyChangeKind Kind { get; }

    /// <summary>Gets the server that has changed.</summary>
    public ReplicaSetServer Server { get; }

    /// <summary>
    /// Gets the primary before a <see cref="TopologyChangeKind.PrimaryChanged"/>; <see langword="null"/> for the first
    /// one found.
    /// </summary>
    public ReplicaSetServer? FormerPrimary { get; }

    /// <summary>Gets why, in words.</summary>
    public string Reason { get; }

    /// <summary>Gets when it took effect.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Returns kind, server and reason.</summary>
    public override string ToString() => $"{Kind} {Server.Name}: {Reason}";
}
