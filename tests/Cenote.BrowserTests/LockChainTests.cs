using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Cenote.BrowserTests;

public sealed class LockChainTests(Browser browser)
{
    [Fact]
    public async Task A_lock_chain_shows_in_the_findings_and_beside_the_holders()
    {
        await using var pools = new TestPools();
        var pool = await pools.AddPostgreSqlAsync("orders", 2, 2, static options => options.AcquireTimeout = TimeSpan.FromMinutes(5));
        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var visit = await Visit.BeginAsync(browser, site);
        var table = $"locks_{Guid.NewGuid():N}";
        await ExecuteAsync(pool, $"CREATE TABLE {table} (id int PRIMARY KEY, value int NOT NULL); INSERT INTO {table} VALUES (1, 0)");
        var update = $"UPDATE {table} SET value = value + 1 WHERE id = 1";

        var root = $"LockChainTests.cs:{LineBelow()}";
        await using var export = await pool.OpenConnectionAsync();
        await using var transaction = await export.BeginTransactionAsync();
        await ExecuteAsync(export, update);
        var order = ExecuteAsync(pool, update);
        Task<ConnectionLease>[] waiting = [pool.RentAsync().AsTask(), pool.RentAsync().AsTask()];
        await visit.ShowPoolAsync("orders");

        var finding = visit.Page.Locator("[data-finding=LockWait]");
        await Assertions.Expect(finding).ToContainTextAsync("1 of 2 connections wait for locks");
        await Assertions.Expect(finding).ToContainTextAsync(root);
        await Assertions.Expect(visit.Page.Locator(".diagnosis-summary")).ToContainTextAsync($"{root} (A_lock_chain_shows_in_the_findings_and_beside_the_holders), which is idle in a transaction");
        var holders = visit.Page.Panel("holders").Locator("tr[data-lease]");
        await Assertions.Expect(holders).ToHaveCountAsync(2);
        await Assertions.Expect(holders.Filter(new LocatorFilterOptions { HasText = "(ExecuteAsync)" }).Field("session")).ToContainTextAsync($"waiting for a lock of {root}");
        await Assertions.Expect(holders.Filter(new LocatorFilterOptions { HasNotText = "(ExecuteAsync)" }).Field("session")).ToContainTextAsync("idle in a transaction for ");
        await Axe.HasNoViolationsAsync(visit.Page, "a pool with a chain of locks");
        await visit.IsCleanAsync();

        await transaction.RollbackAsync();
        await export.CloseAsync();
        await order.Soon();
        Array.ForEach(await Task.WhenAll(waiting).Soon(), static lease => lease.Dispose());
        await ExecuteAsync(pool, $"DROP TABLE {table}");
    }

    private static async Task ExecuteAsync(ConnectionPool pool, string sql)
    {
        await using var connection = await pool.OpenConnectionAsync();
        await ExecuteAsync(connection, sql);
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static int LineBelow([CallerLineNumber] int callerLineNumber = 0) => callerLineNumber + 1;
}
