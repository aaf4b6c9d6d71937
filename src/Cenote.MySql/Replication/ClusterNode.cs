namespace Cenote.MySql.Replication;

/// <summary>The state that a node of a Galera cluster reports.</summary>
/// <param name="State">The identity of the data of the cluster.</param>
/// <param name="LastCommitted">The number of the last transaction that can be read here.</param>
/// <param name="IsUsable">Whether the node belongs to the majority and is up to date.</param>
internal sealed record ClusterNode(Guid State, long LastCommitted, bool IsUsable)
{
    // "Synced". A donor (2) may be blocked while it copies its data to a node that joins.
    private const string Synced = "4";

    /// <summary>Reads the status variables.</summary>
    /// <returns><see langword="null"/> when the server is not a node of a cluster.</returns>
    internal static ClusterNode? Read(IReadOnlyDictionary<string, string> variables)
    {
        if (string.IsNullOrEmpty(variables.GetValueOrDefault("wsrep_provider_name")))
        {
            return null;
        }

        var isUsable = Says("wsrep_ready", "ON") && Says("wsrep_cluster_status", "Primary") && Says("wsrep_local_state", Synced);
        return TryRead($"{variables.GetValueOrDefault("wsrep_cluster_state_uuid")},{variables.GetValueOrDefault("wsrep_last_committed")}") is { } node
            ? node with { IsUsable = isUsable }
            : new ClusterNode(Guid.Empty, 0, IsUsable: false);

        bool Says(string name, string value) => string.Equals(variables.GetValueOrDefault(name), value, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads <c>state,number</c>.</summary>
    /// <returns><see langword="null"/> when the server is not a node of a cluster.</returns>
    internal static ClusterNode? TryRead(string? text)
    {
        var parts = (text ?? "").Split(',');
        return parts.Length == 2
            && Guid.TryParseExact(parts[0], "D", out var state)
            && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? new ClusterNode(state, number, IsUsable: true)
                : null;
    }

    internal GtidPosition Position => GtidPosition.OfGalera(State, LastCommitted);

    /// <param name="isReadOnly">Whether the node rejects writes, which other nodes may accept.</param>
    internal ServerStatus ToStatus(bool isReadOnly) => IsUsable
        ? new ServerStatus { Role = isReadOnly ? ServerRole.Replica : ServerRole.Primary, IsMultiPrimary = !isReadOnly, Position = Position, ClusterId = State.ToString() }
        : new ServerStatus { ClusterId = State == Guid.Empty ? null : State.ToString() };
}
