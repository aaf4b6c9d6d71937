namespace Cenote.ReadReplicas.Topology;

/// <summary>
/// What is known of a server at one moment. Replaced as a whole, so that readers never see half of a change.
/// </summary>
internal sealed record ServerStanding
{
    internal static readonly ServerStanding Initial = new();

    internal ServerRole Role { get; init; }

    internal ReplicaSetServerState State { get; init; }

    internal string Reason { get; init; } = "not probed yet";

    internal ReplicationPosition? Position { get; init; }

    internal long? Timeline { get; init; }

    internal string? ClusterId { get; init; }

    internal double TrafficShare { get; init; } = 1;
}
