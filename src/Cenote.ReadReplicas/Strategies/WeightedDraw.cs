namespace Cenote.ReadReplicas.Strategies;

/// <summary>Finds servers by points on a line on which each has a stretch as long as its weight.</summary>
internal static class WeightedDraw
{
    internal static int Total(ReadOnlySpan<ReplicaSetServer> servers)
    {
        var total = 0;
        foreach (var server in servers)
        {
            total += server.Weight;
        }

        return total;
    }

    /// <summary>The server on whose stretch a point from 0 to the total lies.</summary>
    internal static int At(ReadOnlySpan<ReplicaSetServer> servers, int point)
    {
        for (var i = 0; i < servers.Length; i++)
        {
            point -= servers[i].Weight;
            if (point < 0)
            {
                return i;
            }
        }

        return servers.Length - 1;
    }

#pragma warning disable CA5394 // Spreads load; guessing it gains nothing.
    internal static int Any(ReadOnlySpan<ReplicaSetServer> servers) => At(servers, Random.Shared.Next(Total(servers)));

    /// <summary>Another one than the given.</summary>
    internal static int AnyBut(ReadOnlySpan<ReplicaSetServer> servers, int excluded)
    {
        var before = Total(servers[..excluded]);
        var point = Random.Shared.Next(Total(servers) - servers[excluded].Weight);
        return At(servers, point < before ? point : point + servers[excluded].Weight);
    }
#pragma warning restore CA5394
}
