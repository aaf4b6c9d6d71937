using Cenote.Shop.Pools;
using Cenote.Shop.Database;

namespace Cenote.Shop.Clients;

/// <summary>All clients of a run, with what they count and what they were told.</summary>
internal sealed class ClientFleet(ShopDatabase database, ShopPlan plan, int clients, int seed, TimeProvider clock)
{
    private readonly ShopSql _sql = new(database.Dialect);

    public ShopLedger Ledger { get; } = new(plan, clients);

    public OperationMeters Meters { get; } = new();

    public ErrorTally Errors { get; } = new(database.Secrets.Hide);

    /// <summary>Sets all clients to work; completes when every one has stopped.</summary>
    /// <param name="pools">What they work through.</param>
    /// <param name="meters">What measures this; part of the arrangement's.</param>
    /// <param name="shift">How long.</param>
    /// <param name="wishes">The same number gives each client the same wishes again.</param>
    public Task RunAsync(Arrangement pools, OperationMeters meters, Shift shift, int wishes = 0)
    {
        var connections = new ShopConnections(pools);
        return Task.WhenAll(Enumerable.Range(0, clients).Select(index =>
        {
            var client = Client(index, connections, meters, wishes);
            return Task.Run(() => client.RunAsync(shift), CancellationToken.None);
        }).ToArray());
    }

    private ShopClient Client(int index, ShopConnections connections, OperationMeters meters, int wishes)
    {
        // One stream of choices a client: the same seed gives each client the same wishes, whatever the others do.
        var random = new Random(HashSeed(seed, index, wishes));
        var own = Ledger.Client(index);
        return new ShopClient(
            new PlaceOrder(connections, _sql, Ledger, own, Errors, random, clock),
            new ReadPage(connections, _sql, Ledger, own, random),
            new Reprice(connections, _sql, Ledger, own, Errors, random),
            meters,
            Errors,
            random,
            clock);
    }

    private static int HashSeed(int seed, int index, int wishes) =>
        unchecked((seed * 486_187_739) + ((index + 1) * 1_000_003) + (wishes * 69_069_069));
}
