namespace Cenote.MySql.Replication;

/// <summary>The answers of a server about its role in replication.</summary>
/// <param name="IsReadOnly">Whether it rejects writes of ordinary users.</param>
/// <param name="OnPrimary">The position if it is a primary.</param>
/// <param name="OnReplica">The position if it is a replica.</param>
/// <param name="Variables">The variables of <c>SHOW STATUS</c>.</param>
/// <param name="Connections">Its connections to primaries, or <see langword="null"/> if the user may not see
/// them.</param>
internal sealed record StatusAnswer(
    bool IsReadOnly, GtidPosition? OnPrimary, GtidPosition? OnReplica, IReadOnlyDictionary<string, string> Variables, IReadOnlyList<ReplicaConnection>? Connections)
{
    internal ServerStatus ToStatus()
    {
        if (ClusterNode.Read(Variables) is { } node)
        {
            return node.ToStatus(IsReadOnly);
        }

        var role = Role;
        var position = role == ServerRole.Primary ? OnPrimary : OnReplica;
        return new ServerStatus
        {
            Role = role,
            Position = role != ServerRole.Unknown ? position : null,
            Lag = role == ServerRole.Replica && Connections is { Count: > 0 } all && all.All(static one => one.Lag is not null) ? all.Max(static one => one.Lag) : null,
        };
    }

    // Writable replicas are common, because writable is the default. A server that follows a primary is not a primary.
    // A server that has stopped following accepts writes, but only its administrator knows whether it may, and runs
    // RESET REPLICA ALL.
    private ServerRole Role =>
        IsReadOnly ? ServerRole.Replica
        : Connections is { } connections
            ? connections.Count == 0 ? ServerRole.Primary : connections.Any(static one => one.IsRunning) ? ServerRole.Replica : ServerRole.Unknown
        : Variables.GetValueOrDefault("Slaves_running") is { } running && !string.Equals(running, "0", StringComparison.Ordinal) ? ServerRole.Replica
        : ServerRole.Primary;
}
