using Cenote;

namespace ReadReplicas;

/// <summary>Where reads and writes go.</summary>
internal static class Routing
{
    internal static async Task ShowAsync(ReplicaSet orders)
    {
        var reads = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < 300; i++)
        {
            await using var lease = await orders.RentReadAsync();
            reads[lease.Pool!.Name] = reads.GetValueOrDefault(lease.Pool!.Name) + 1;
        }

        Console.WriteLine($"300 reads went to {string.Join(", ", reads.OrderBy(read => read.Key, StringComparer.Ordinal).Select(read => $"{read.Key}: {read.Value}"))}.");

        await using var write = await orders.RentWriteAsync();
        Console.WriteLine($"A write went to {write.Pool!.Name}.");
    }
}
