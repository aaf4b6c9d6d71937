using System.Transactions;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Cenote.EntityFrameworkCoreTests.Replicas;

/// <summary>Contexts over a replica set with real streaming replication.</summary>
public sealed class ReplicaSetTests : IAsyncLifetime
{
    private ReplicatedShop _shop = null!;

    public async ValueTask InitializeAsync() => _shop = await ReplicatedShop.StartAsync(poolSize: 1);

    public async ValueTask DisposeAsync() => await _shop.DisposeAsync();

    [Fact]
    public async Task Only_queries_in_a_read_scope_go_to_a_replica()
    {
        await using var context = _shop.Context();
        await context.Products.AsNoTracking().ToListAsync(Stop);
        AssertOpened("db1");
        using (_shop.Set.BeginReadScope())
        {
            await context.Products.ToListAsync(Stop);
            AssertOpened("db2");
            Assert.Equal(0, context.Products.Count());
            AssertOpened("db2");
            await context.Products.FromSql($"""SELECT * FROM "Products" """).Where(product => product.Stock > 0).ToListAsync(Stop);
            await context.Database.SqlQuery<int>($"SELECT 1 AS \"Value\"").ToListAsync(Stop);
            AssertOpened("db2 db2");
            await context.Orders.Include(order => order.Lines).Include(order => order.Notes).AsSplitQuery().ToListAsync(Stop);
            Assert.Equal("db2", _shop.Opened.Take().Split(' ').Distinct(StringComparer.Ordinal).Single());

            context.Add(new Product { Name = "cup" });
            await context.SaveChangesAsync(Stop);
            AssertOpened("db1");
            context.AddRange(new Product { Name = "pot" }, new Order { Customer = "Ana" });
            context.SaveChanges();
            AssertOpened("db1");
            await context.Products.ExecuteUpdateAsync(update => update.SetProperty(product => product.Stock, 1), Stop);
            await context.Orders.ExecuteDeleteAsync(Stop);
            await context.Database.ExecuteSqlAsync($"""UPDATE "Products" SET "Stock" = 2""", Stop);
            AssertOpened("db1 db1 db1");

            await context.Database.OpenConnectionAsync(Stop);
            Assert.Equal([2, 2], await context.Products.Select(product => product.Stock).ToListAsync(Stop));
            await context.Database.CloseConnectionAsync();
            context.Database.OpenConnection();
            context.Database.CloseConnection();
            AssertOpened("db1 db1");
            Assert.True(await context.Database.CanConnectAsync(Stop));
            AssertOpened("db1");

            using (_shop.Set.BeginWriteScope())
            {
                await context.Products.ToListAsync(Stop);
                AssertOpened("db1");
            }
        }
    }

    [Fact]
    public async Task Queries_without_tracking_go_to_a_replica_where_that_is_chosen()
    {
        await _shop.AddProductAsync("cup");
        await _shop.CatchUpAsync();
        await using var context = _shop.Context(ReplicaQueries.Untracked);
        var products = context.Products.TagWith("a tag of the user");
        await products.AsNoTracking().Where(product => product.Name != "").ToListAsync(Stop);
        Assert.Contains("-- a tag of the user", _shop.Opened.LastCommand, StringComparison.Ordinal);
        Assert.Equal(1, await products.AsNoTrackingWithIdentityResolution().CountAsync(Stop));
        Assert.Equal("cup", products.AsNoTracking().Select(product => product.Name).Single());
        AssertOpened("db2 db2 db2");
        var find = EF.CompileAsyncQuery((ShopContext context, string name) => context.Products.AsNoTracking().Single(product => product.Name == name));
        Assert.Equal("cup", (await find(context, "cup")).Name);
        AssertOpened("db2");

        // Each of its commands has the mark, also the ones while the first is read.
        await context.Orders.AsNoTracking().Include(order => order.Lines).AsSplitQuery().ToListAsync(Stop);
        Assert.Equal("db2", _shop.Opened.Take().Split(' ').Distinct(StringComparer.Ordinal).Single());

        var product = await products.SingleAsync(Stop);
        await products.AsNoTracking().AsTracking().ToListAsync(Stop);
        await products.CountAsync(Stop);
        await context.Products.FromSql($"""SELECT * FROM "Products" """).AsNoTracking().Where(product => product.Stock > 0).ToListAsync(Stop);
        await context.Database.SqlQuery<int>($"SELECT 1 AS \"Value\"").ToListAsync(Stop);
        AssertOpened("db1 db1 db1 db1 db1");

        // What resolves a conflict of writes must not be stale.
        await context.Entry(product).ReloadAsync(Stop);
        Assert.Equal("cup", context.Entry(product).GetDatabaseValues()!["Name"]);
        AssertOpened("db1 db1");

        await products.AsNoTracking().Where(product => product.Stock < 0).ExecuteDeleteAsync(Stop);
        product.Stock = 3;
        await context.SaveChangesAsync(Stop);
        AssertOpened("db1 db1");
        using (_shop.Set.BeginWriteScope())
        {
            await products.AsNoTracking().ToListAsync(Stop);
            AssertOpened("db1");
        }

        context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        await products.ToListAsync(Stop);
        await products.AsTracking().ToListAsync(Stop);
        AssertOpened("db2 db1");
    }

    [Fact]
    public async Task A_function_of_the_database_is_called_on_the_primary()
    {
        await using var context = new FunctionContext(_shop.Options(ReplicaQueries.Untracked).Options);
        await _shop.Primary.ExecuteAsync("CREATE SEQUENCE numbers", "GRANT ALL ON numbers TO worker", "CREATE FUNCTION take() RETURNS bigint LANGUAGE sql AS 'SELECT nextval(''numbers'')'");
        await _shop.AddProductAsync("cup");
        await _shop.CatchUpAsync();

        Assert.Equal([1], await context.Products.AsNoTracking().Select(_ => FunctionContext.Take()).ToListAsync(Stop));
        AssertOpened("db1");
    }

    [Fact]
    public async Task A_query_sees_the_writes_of_its_causal_scope_and_no_others()
    {
        await _shop.Replica.PauseReplayAsync();
        await using var context = _shop.Context(ReplicaQueries.Untracked);
        using (_shop.Set.BeginCausalScope())
        {
            await context.Products.AsNoTracking().ToListAsync(Stop);
            AssertOpened("db2");
            context.Add(new Product { Name = "cup" });
            await context.SaveChangesAsync(Stop);
            AssertOpened("db1");

            Assert.Equal("cup", (await context.Products.AsNoTracking().SingleAsync(Stop)).Name);
            AssertOpened("db1");
            using (_shop.Set.BeginReadScope())
            {
                Assert.Equal(1, context.Products.Count());
                AssertOpened("db1");
            }
        }

        Assert.Equal(0, await context.Products.AsNoTracking().CountAsync(Stop));
        AssertOpened("db2");

        var token = await _shop.Set.GetTokenAsync(Stop);
        await _shop.Replica.ResumeReplayAsync();
        await _shop.CatchUpAsync();
        using (_shop.Set.BeginCausalScope(token))
        {
            Assert.Equal(1, await context.Products.AsNoTracking().CountAsync(Stop));
            AssertOpened("db2");
        }
    }

    [Fact]
    public async Task A_transaction_stays_on_the_primary_with_all_of_its_queries()
    {
        await using var context = _shop.Context(ReplicaQueries.Untracked);
        using var scope = _shop.Set.BeginReadScope();
        await using (var transaction = await context.Database.BeginTransactionAsync(Stop))
        {
            context.Add(new Product { Name = "cup" });
            await context.SaveChangesAsync(Stop);
            Assert.Equal(1, await context.Products.AsNoTracking().CountAsync(Stop));
        }

        AssertOpened("db1");
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            Assert.Equal(0, await context.Products.AsNoTracking().CountAsync(Stop));
            context.ChangeTracker.Clear();
            context.Add(new Product { Name = "pot" });
            await context.SaveChangesAsync(Stop);
            Assert.Equal(1, await context.Products.AsNoTracking().CountAsync(Stop));
        }

        Assert.Equal("db1", _shop.Opened.Take().Split(' ').Distinct(StringComparer.Ordinal).Single());
        Assert.Equal(0, await context.Products.CountAsync(Stop));
        AssertOpened("db2");
    }

    [Fact]
    public async Task A_context_outlives_a_failover()
    {
        await using var context = _shop.Context(ReplicaQueries.Untracked);
        context.Add(new Product { Name = "cup" });
        await context.SaveChangesAsync(Stop);
        await _shop.CatchUpAsync();
        Assert.Equal(1, await context.Products.AsNoTracking().CountAsync(Stop));
        AssertOpened("db1 db2");

        await _shop.Primary.KillAsync();
        await Patience.SoonAsync(() => _shop.Set.Primary is null);
        Assert.Equal(1, await context.Products.AsNoTracking().CountAsync(Stop));
        AssertOpened("db2");
        context.Add(new Product { Name = "pot" });
        var saving = context.SaveChangesAsync(Stop);
        await _shop.Replica.PromoteAsync();
        await saving.Soon();

        Assert.Equal(2, await context.Products.CountAsync(Stop));
        AssertOpened("db2 db2");
    }

    [Fact]
    public async Task An_opened_connection_that_was_lost_is_opened_on_the_primary_again()
    {
        await using var context = _shop.Context(ReplicaQueries.Untracked);
        await context.Database.OpenConnectionAsync(Stop);
        await _shop.Primary.ExecuteAsync($"SELECT pg_terminate_backend({context.Database.GetPooledConnection().Unwrap<NpgsqlConnection>().ProcessID}, 10000)");
        var query = context.Products.AsNoTracking();
        await Assert.ThrowsAnyAsync<Exception>(() => query.ToListAsync(Stop));
        await query.ToListAsync(Stop);
        AssertOpened("db1 db1");

        context.Add(new Product { Name = "cup" });
        await context.SaveChangesAsync(Stop);
        await context.Database.CloseConnectionAsync();
        await query.ToListAsync(Stop);
        AssertOpened("db2");
    }

    [Fact]
    public async Task A_retried_query_leaves_a_replica_that_has_died()
    {
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>()
            .UseNpgsql(static npgsql => npgsql.EnableRetryOnFailure(20, TimeSpan.FromMilliseconds(20), errorCodesToAdd: null))
            .UseReplicaSet(_shop.Set, ReplicaQueries.Untracked)
            .AddInterceptors(_shop.Opened)
            .Options);
        await context.Products.AsNoTracking().ToListAsync(Stop);
        AssertOpened("db2");

        await _shop.Replica.KillAsync();
        Assert.Empty(await context.Products.AsNoTracking().ToListAsync(Stop));
        Assert.EndsWith("db1", _shop.Opened.Take(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_that_was_cancelled_in_the_queue_leaves_nothing_to_the_next_opening()
    {
        await using var context = _shop.Context(ReplicaQueries.Untracked);
        await using (await _shop.Set.OpenReadConnectionAsync(Stop))
        {
            using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var reading = context.Products.AsNoTracking().ToListAsync(cancelled.Token);
            await Patience.SoonAsync(() => _shop.Set.Servers[1].Pool.GetStatistics().Counts.Waiting == 1);
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            AssertOpened("db1");
        }

        await context.Products.AsNoTracking().ToListAsync(Stop);
        AssertOpened("db2");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_query_whose_opening_an_interceptor_failed_leaves_nothing_to_the_next(bool isAsync)
    {
        await using var context = _shop.Context(ReplicaQueries.Untracked);
        _shop.Opened.FailsOpening = true;
        var query = context.Products.AsNoTracking();
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => _ = isAsync ? await query.ToListAsync(Stop) : query.ToList());
        _shop.Opened.FailsOpening = false;

        await using (await context.Database.BeginTransactionAsync(Stop))
        {
            AssertOpened("db1");
        }

        await query.ToListAsync(Stop);
        AssertOpened("db2");
    }

    [Fact]
    public async Task A_write_while_a_query_for_a_replica_is_read_is_refused()
    {
        await _shop.AddProductAsync("cup");
        await _shop.CatchUpAsync();
        await using var context = _shop.Context(ReplicaQueries.Untracked);
        context.Add(new Product { Name = "pot" });
        await foreach (var product in context.Products.AsNoTracking().AsAsyncEnumerable().WithCancellation(Stop))
        {
            foreach (var write in new Func<Task>[]
            {
                () => context.SaveChangesAsync(Stop),
                () => context.Database.ExecuteSqlAsync($"SELECT 1", Stop),
                () => context.Products.ExecuteDeleteAsync(Stop),
                () => Task.FromResult(context.Database.ExecuteSql($"SELECT 1")),
            })
            {
                var refused = (await Assert.ThrowsAnyAsync<Exception>(write)).GetBaseException();
                Assert.IsType<InvalidOperationException>(refused);
                Assert.Contains("a replica of set 'shop'", refused.Message, StringComparison.Ordinal);
            }
        }

        await context.SaveChangesAsync(Stop);
        AssertOpened("db2 db1");
    }

    [Fact]
    public async Task Contexts_of_pools_and_sets_compile_their_queries_apart()
    {
        await using (var context = _shop.Context(ReplicaQueries.Untracked))
        {
            await context.Products.AsNoTracking().ToListAsync(Stop);
            Assert.Contains("-- cenote: replica", _shop.Opened.LastCommand, StringComparison.Ordinal);
        }

        await using (var context = _shop.Context())
        {
            await context.Products.AsNoTracking().ToListAsync(Stop);
            Assert.DoesNotContain("--", _shop.Opened.LastCommand, StringComparison.Ordinal);
        }

        await using (var context = new ShopContext(new DbContextOptionsBuilder().UseNpgsql().UseConnectionPool(_shop.Set.DefaultPool).AddInterceptors(_shop.Opened).Options))
        {
            await context.Products.AsNoTracking().ToListAsync(Stop);
            Assert.DoesNotContain("--", _shop.Opened.LastCommand, StringComparison.Ordinal);
            Assert.Null(context.GetService<IRelationalConnection>().CurrentTransaction);
        }

        AssertOpened("db2 db1 db1");
    }

    private void AssertOpened(string servers) => Assert.Equal(servers, _shop.Opened.Take());

    private sealed class FunctionContext(DbContextOptions options) : ShopContext(options)
    {
        public static long Take() => throw new NotSupportedException("The database runs it.");

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            base.OnModelCreating(modelBuilder);
            modelBuilder.HasDbFunction(() => Take()).HasName("take");
        }
    }
}
