using Cenote;

namespace ReadReplicas;

/// <summary>What the set knows of its servers.</summary>
internal static class Report
{
    internal static void Servers(ReplicaSet set, string title)
    {
        Console.WriteLine($"{title}:");
        foreach (var server in set.GetStatistics().Servers)
        {
            var reason = server.Reason.Length > 0 ? $" ({server.Reason})" : "";
            var lag = server.Lag is { } time ? $", lag {time.TotalMilliseconds:0} ms" : "";
            Console.WriteLine($"  {server.Name}: {server.Role}, {server.State}{reason}{lag}, {server.Pool.Rents} rents");
        }
    }
}
