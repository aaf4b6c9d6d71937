using Cenote.Cli.Shop;

namespace Cenote.Cli.Clients;

/// <summary>All clients of a run, with what they count and what they were told.</summary>
internal sealed class ClientFleet
{
    private readonly ShopClient[] _clients;

    public ClientFleet(ConnectionPool pool, ShopDatabase database, ShopPlan plan, int clients, int seed, TimeProvider clock)
    {
        Ledger = new ShopLedger(plan, clients);
        Meters = new RunMeters(database.Secrets.Hide);
        var connections = new ShopConnections(pool, Meters.Rents);
        var sql = new ShopSql(database.Dialect);
        _clients = new ShopClient[clients];
        for (var index = 0; index < clients; index++)
        {
            // One stream of choices a client: the same seed gives each client the same wishes, whatever the others do.
            var random = new Random(HashSeed(seed, index));
            var own = Ledger.Client(index);
            _clients[index] = new ShopClient(
                new PlaceOrder(connections, sql, Ledger, own, Meters.Errors, random, clock),
                new ReadPage(connections, sql, Ledger, own, random),
                new Reprice(connections, sql, Ledger, own, Meters.Errors, random),
                Meters,
                random,
                clock);
        }
    }

    public ShopLedger Ledger { get; }

    public RunMeters Meters { get; }

    /// <summary>Sets all clients to work; completes when every one has stopped.</summary>
    /// <param name="stopping">Ends each client after the operation at hand.</param>
    /// <param name="operationsPerClient">How many operations each client does at most.</param>
    public Task RunAsync(CancellationToken stopping, long operationsPerClient = long.MaxValue) =>
        Task.WhenAll(_clients.Select(client => Task.Run(() => client.RunAsync(operationsPerClient, stopping), CancellationToken.None)));

    private static int HashSeed(int seed, int index) => unchecked((seed * 486_187_739) + ((index + 1) * 1_000_003));
}
