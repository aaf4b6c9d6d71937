using Cenote.Shop.Checking;
using Cenote.Shop.Clients;
using Cenote.Shop.Database;
using Cenote.Shop.Pools;
using Microsoft.Data.Sqlite;

namespace Cenote.ShopTests.Checking;

/// <summary>
/// A small shop in which clients have worked through a writer and readers, ready to be tampered with.
/// </summary>
internal sealed class WorkedShop : IDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly SqliteShopDatabase _database;

    private WorkedShop(TemporaryFolder folder, SqliteShopDatabase database, ShopLedger ledger)
    {
        _folder = folder;
        _database = database;
        Ledger = ledger;
    }

    public ShopLedger Ledger { get; }

    public static async Task<WorkedShop> OpenAsync()
    {
        var folder = new TemporaryFolder();
        var database = SqliteShopDatabase.At(folder.File("shop.db"));
        var plan = new ShopPlan(new ShopSize(Products: 40, Customers: 10, Orders: 50), seed: 7);
        await new ShopSetup(database, plan).BuildAsync(CancellationToken.None);
        var fleet = new ClientFleet(database, plan, clients: 4, seed: 7, TimeProvider.System);
        await using var pools = await SplitArrangement.OpenAsync(
            database, new PoolSizes(PoolPlan.Split, Minimum: 2, Maximum: 4), fleet.Meters, TimeProvider.System, CancellationToken.None);
        await fleet.RunAsync(pools, pools.Meters, new Shift(CancellationToken.None, CancellationToken.None, Operations: 60));
        Assert.Empty(fleet.Errors.List());
        return new WorkedShop(folder, database, fleet.Ledger);
    }

    public void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_database.Place};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0, "The tampering changed nothing.");
    }

    public IReadOnlyList<OrderLine> LinesOf(long orderId)
    {
        using var connection = new SqliteConnection($"Data Source={_database.Place};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT product_id, quantity, unit_price_cents, price_version FROM cenote_shop_order_lines WHERE order_id = {orderId} ORDER BY line_no";
        using var reader = command.ExecuteReader();
        var lines = new List<OrderLine>();
        while (reader.Read())
        {
            lines.Add(new OrderLine(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
        }

        return lines;
    }

    public Task<IReadOnlyList<CheckFinding>> CheckAsync() => new ShopCheck(_database, Ledger).RunAsync(CancellationToken.None);

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }
}
