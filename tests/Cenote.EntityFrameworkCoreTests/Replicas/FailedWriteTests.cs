using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Cenote.EntityFrameworkCoreTests.Replicas;

/// <summary>A write that failed may be committed all the same: what its context reads next must not lag.</summary>
public sealed class FailedWriteTests : IAsyncLifetime
{
    private ReplicatedShop _shop = null!;

    public async ValueTask InitializeAsync() => _shop = await ReplicatedShop.StartAsync(poolSize: 1);

    public async ValueTask DisposeAsync() => await _shop.DisposeAsync();

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_commit_whose_answer_is_lost_is_verified_on_the_primary(bool isAsync)
    {
        await _shop.Replica.PauseReplayAsync();
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>()
            .UseNpgsql(static npgsql => npgsql.EnableRetryOnFailure(2, TimeSpan.FromMilliseconds(20), errorCodesToAdd: null))
            .UseReplicaSet(_shop.Set, ReplicaQueries.Untracked)
            .AddInterceptors(_shop.Opened, new LostAnswer())
            .Options);
        context.Add(new Product { Name = "cup" });
        var cups = context.Products.AsNoTracking().Where(product => product.Name == "cup");
        var strategy = context.Database.CreateExecutionStrategy();
        using (_shop.Set.BeginReadScope())
        {
            if (isAsync)
            {
                await strategy.ExecuteInTransactionAsync(
                    context, static (db, token) => db.SaveChangesAsync(acceptAllChangesOnSuccess: false, token), (_, token) => cups.AnyAsync(token), Stop);
            }
            else
            {
                strategy.ExecuteInTransaction(context, static db => db.SaveChanges(acceptAllChangesOnSuccess: false), _ => cups.Any());
            }
        }

        Assert.Equal("db1 db1", _shop.Opened.Take());
        await using var other = _shop.Context(ReplicaQueries.Untracked);
        Assert.Equal(0, await other.Products.AsNoTracking().CountAsync(Stop));
        Assert.Equal(1, await other.Products.CountAsync(Stop));
    }

    /// <summary>Loses the answer to the first commit.</summary>
    private sealed class LostAnswer : DbTransactionInterceptor
    {
        private bool _isLost;

        public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData)
        {
            if (!_isLost)
            {
                _isLost = true;
                throw new NpgsqlException("The answer is lost.", new IOException());
            }
        }

        public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            TransactionCommitted(transaction, eventData);
            return Task.CompletedTask;
        }
    }
}
