namespace Cenote.ReadReplicas.Strategies;

/// <summary>
/// The order of turns in one round: the turns of a heavy server are spread over it, not taken in one go. The way of
/// nginx's "smooth weighted round-robin": each turn every server gains its weight, the one with the most is taken and
/// loses the sum.
/// </summary>
internal sealed class SmoothWeightedOrder
{
    private readonly ReplicaSetServer[] _servers;
    private readonly int[] _turns;

    internal SmoothWeightedOrder(ReadOnlySpan<ReplicaSetServer> servers)
    {
        _servers = servers.ToArray();
        var divisor = 0;
        foreach (var server in servers)
        {
            divisor = GreatestCommonDivisor(divisor, server.Weight);
        }

        var total = WeightedDraw.Total(servers) / divisor;
        _turns = new int[total];
        var credits = new int[servers.Length];
        for (var turn = 0; turn < total; turn++)
        {
            var best = 0;
            for (var i = 0; i < credits.Length; i++)
            {
                credits[i] += servers[i].Weight / divisor;
                best = credits[i] > credits[best] ? i : best;
            }

            credits[best] -= total;
            _turns[turn] = best;
        }
    }

    internal int this[uint turn] => _turns[turn % (uint)_turns.Length];

    internal bool IsOf(ReadOnlySpan<ReplicaSetServer> servers) => servers.SequenceEqual(_servers);

    private static int GreatestCommonDivisor(int left, int right)
    {
        while (right != 0)
        {
            (left, right) = (right, left % right);
        }

        return left;
    }
}
