namespace Cenote.ReadReplicas.Topology;

/// <summary>Which of the servers that take writes is the primary of the set.</summary>
internal static class PrimaryElection
{
    /// <summary>
    /// The winner; the other claimants are rivals, unless they are of one group that takes writes everywhere.
    /// </summary>
    /// <param name="claimants">Reachable servers that say that they take writes, in the order of their
    /// declaration.</param>
    /// <param name="current">The primary so far.</param>
    /// <param name="latestTimeline">The highest timeline that any server of the set was ever on: what is left of an
    /// earlier one has been replaced.</param>
    internal static ServerRecord? Decide(IReadOnlyList<ServerRecord> claimants, ReplicaSetServer? current, long? latestTimeline)
    {
        ServerRecord? winner = null;
        foreach (var claimant in claimants)
        {
            if (!IsOutdated(claimant, latestTimeline) && (winner is null || Beats(claimant, winner, current)))
            {
                winner = claimant;
            }
        }

        return winner;
    }

    internal static bool IsOutdated(ServerRecord claimant, long? latestTimeline) => claimant.Status.Timeline < latestTimeline;

    /// <summary>Whether both take writes as members of one group, which keeps them equal.</summary>
    internal static bool AreOfOneGroup(ServerRecord left, ServerRecord right) =>
        left.Status.IsMultiPrimary && right.Status.IsMultiPrimary && left.Status.ClusterId == right.Status.ClusterId;

    // Without timelines both may be right. The current primary keeps the writes, so that they are not spread over both.
    private static bool Beats(ServerRecord one, ServerRecord other, ReplicaSetServer? current)
    {
        if (one.Status.Timeline is { } mine && other.Status.Timeline is { } theirs && mine != theirs)
        {
            return mine > theirs;
        }

        return Rank(one, current) < Rank(other, current);
    }

    private static int Rank(ServerRecord record, ReplicaSetServer? current) =>
        record.Server == current ? 0 : record.Server.DeclaredRole == ServerRole.Primary ? 1 : 2;
}
