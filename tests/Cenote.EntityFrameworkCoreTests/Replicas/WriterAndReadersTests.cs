using System.Data;
using System.Linq.Expressions;
using System.Transactions;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Cenote.EntityFrameworkCoreTests.Replicas;

/// <summary>Contexts over a set of SQLite: one connection that writes, and several that only read.</summary>
public sealed class WriterAndReadersTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-ef-set-").FullName;
    private readonly ServerRecorder _opened = new();
    private ReplicaSet _set = null!;

    private string ConnectionString => $"Data Source={Path.Combine(_directory, "shop.db")}";

    public async ValueTask InitializeAsync()
    {
        _set = new ReplicaSetBuilder("shop")
            .AddPrimary("writer", pool => pool.UseSqlite(ConnectionString).WithSize(1, 1).Configure(static options => options.StartupMode = StartupMode.FailFast))
            .AddReplica("readers", pool => pool.UseSqlite(ConnectionString, new SqliteProviderOptions { IsReadOnly = true }).WithSize(1, 2))
            .Build();
        await _set.WaitUntilReadyAsync(Stop).Soon();
        await using var context = Context();
        await context.Database.EnsureCreatedAsync(Stop);
        _opened.Take();
    }

    public async ValueTask DisposeAsync()
    {
        await _set.DisposeAsync();
        TemporaryFolder.Delete(_directory);
    }

    [Fact]
    public async Task Queries_read_beside_the_writer_and_see_what_is_saved()
    {
        await using var context = Context();
        context.AddRange(new Product { Name = "cup", Price = 1.5m }, new Product { Name = "pot", Price = 2.25m });
        await context.SaveChangesAsync(Stop);
        AssertOpened("writer");

        // A function of EF Core, which each connection of the readers needs.
        Assert.Equal(3.75m, await context.Products.AsNoTracking().SumAsync(product => product.Price, Stop));
        AssertOpened("readers");
        await using var other = Context();
        await using var transaction = await other.Database.BeginTransactionAsync(Stop);
        Assert.Equal(2, context.Products.AsNoTracking().Count());
        AssertOpened("writer readers");
    }

    [Fact]
    public async Task A_write_within_the_loop_over_a_query_is_refused_and_works_after_it()
    {
        await using var context = Context();
        context.Add(new Product { Name = "cup" });
        await context.SaveChangesAsync(Stop);
        foreach (var product in context.Products.AsNoTracking())
        {
            context.Add(new Product { Name = "pot" });
            var refused = Assert.ThrowsAny<Exception>(() => context.SaveChanges()).GetBaseException();
            Assert.Contains("cannot write", refused.Message, StringComparison.Ordinal);

            // A query with tracking would read what a replica has, to be written later.
            refused = Assert.Throws<InvalidOperationException>(() => context.Products.Count());
            Assert.Contains("must be on the primary", refused.Message, StringComparison.Ordinal);
            using (_set.BeginWriteScope())
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => context.Products.AsNoTracking().CountAsync(Stop));
            }

            using (new TransactionScope(TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled))
            {
                Assert.Throws<InvalidOperationException>(() => context.Products.AsNoTracking().Count());
            }

            refused = Assert.Throws<InvalidOperationException>(() => context.Database.BeginTransaction());
            Assert.Contains("begin a transaction", refused.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.Database.BeginTransactionAsync(Stop));
            Assert.Equal(1, context.Products.AsNoTracking().Count());
        }

        // Nothing that was refused keeps the connection open.
        Assert.Equal(ConnectionState.Closed, context.Database.GetDbConnection().State);
        context.SaveChanges();
        Assert.Equal(2, await context.Products.AsNoTracking().CountAsync(Stop));
        AssertOpened("writer readers writer readers");
    }

    [Fact]
    public async Task A_database_that_is_deleted_and_created_again_is_new_for_readers_too()
    {
        await using var context = Context();
        context.Add(new Product { Name = "cup" });
        await context.SaveChangesAsync(Stop);
        Assert.Equal(1, await context.Products.AsNoTracking().CountAsync(Stop));

        await context.Database.EnsureDeletedAsync(Stop);
        await context.Database.EnsureCreatedAsync(Stop);
        Assert.Equal(0, await context.Products.AsNoTracking().CountAsync(Stop));
    }

    [Fact]
    public async Task A_database_is_created_on_the_primary_whatever_connection_string_is_beside()
    {
        // As after a failover, when the context's connection string leads to the former primary.
        var former = Path.Combine(_directory, "former.db");
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseSqlite($"Data Source={former}").UseReplicaSet(_set).Options);
        Assert.True(await context.Database.EnsureDeletedAsync(Stop));
        Assert.True(context.Database.EnsureCreated());
        Assert.True(await context.Database.CanConnectAsync(Stop));
        Assert.Equal(0, await context.Products.CountAsync(Stop));
        Assert.False(File.Exists(former));
    }

    [Fact]
    public async Task A_tag_of_the_application_sends_no_query_to_a_replica()
    {
        await using var context = Context();
        await context.Products.TagWith("search\ncenote: replica").ToListAsync(Stop);
        await context.Products.AsTracking().TagWith("cenote: replica").ToListAsync(Stop);
        await context.Products.AsNoTracking().TagWith("cenote: replica").Select(product => new object[] { product.Name }).ToListAsync(Stop);
        AssertOpened("writer writer writer");
        await context.Products.AsNoTracking().TagWith("search").ToListAsync(Stop);
        AssertOpened("readers");
    }

    [Fact]
    public async Task What_an_interceptor_makes_of_a_query_decides_where_it_goes()
    {
        await using var context = new ShopContext(
            new DbContextOptionsBuilder<ShopContext>().UseSqlite().UseReplicaSet(_set, ReplicaQueries.Untracked).AddInterceptors(_opened, new OppositeTracking()).Options);
        await context.Products.ToListAsync(Stop);
        AssertOpened("readers");
        await context.Products.AsNoTracking().ToListAsync(Stop);
        AssertOpened("writer");
    }

    [Fact]
    public async Task A_pooled_context_finds_the_set_by_its_name()
    {
        await using var services = new ServiceCollection()
            .AddKeyedSingleton("shop", (_, _) => _set)
            .AddDbContextPool<ShopContext>(options => options.UseSqlite().UseReplicaSet("shop").AddInterceptors(_opened), poolSize: 1)
            .BuildServiceProvider();
        for (var i = 0; i < 2; i++)
        {
            await using var scope = services.CreateAsyncScope();
            var context = scope.ServiceProvider.GetRequiredService<ShopContext>();
            await context.Products.ToListAsync(Stop);
            using (_set.BeginReadScope())
            {
                await context.Products.ToListAsync(Stop);
                AssertOpened("writer readers");
            }
        }

        Assert.All(_set.Servers, static server => Assert.Empty(server.Pool.GetLeases()));
    }

    [Theory]
    [InlineData("save", true), InlineData("save", false)]
    [InlineData("conflict", true), InlineData("conflict", false)]
    [InlineData("update", true), InlineData("update", false)]
    [InlineData("cancelled", true)]
    public async Task A_context_whose_write_failed_reads_the_primary_until_reused(string write, bool isAsync)
    {
        await using var services = new ServiceCollection()
            .AddDbContextPool<ShopContext>(options => options.UseSqlite().UseReplicaSet(_set, ReplicaQueries.Untracked).AddInterceptors(_opened), poolSize: 1)
            .BuildServiceProvider();
        await using (var scope = services.CreateAsyncScope())
        {
            var context = scope.ServiceProvider.GetRequiredService<ShopContext>();
            context.Add(new Product { Name = "cup" });
            await context.SaveChangesAsync(Stop);
            await context.Products.AsNoTracking().ToListAsync(Stop);
            AssertOpened("writer readers");

            await Assert.ThrowsAnyAsync<Exception>(() => FailAsync(context, write, isAsync));
            _opened.Take();
            await context.Products.AsNoTracking().ToListAsync(Stop);
            using (_set.BeginReadScope())
            {
                await context.Products.ToListAsync(Stop);
            }

            AssertOpened("writer writer");
        }

        await using (var scope = services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<ShopContext>().Products.AsNoTracking().ToListAsync(Stop);
            AssertOpened("readers");
        }
    }

    [Fact]
    public async Task What_cannot_work_is_refused_with_its_reason()
    {
        var builder = new DbContextOptionsBuilder<ShopContext>();
        Assert.StartsWith("UseReplicaSet was called before", Assert.Throws<InvalidOperationException>(() => builder.UseReplicaSet(_set)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.UseSqlite().UseReplicaSet(_set, (ReplicaQueries)2));
        Assert.Contains("Npgsql", Assert.Throws<InvalidOperationException>(() => new DbContextOptionsBuilder<ShopContext>().UseNpgsql().UseReplicaSet(_set)).Message, StringComparison.Ordinal);

        await using (var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseSqlite().UseReplicaSet("orders").Options))
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Products.ToListAsync(Stop));
            Assert.Contains("the replica set 'orders'", refused.Message, StringComparison.Ordinal);
            Assert.Contains("UseReplicaSet", refused.Message, StringComparison.Ordinal);
        }

        await using var services = new ServiceCollection().BuildServiceProvider();
        await using (var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseSqlite().UseReplicaSet("orders").UseApplicationServiceProvider(services).Options))
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Products.ToListAsync(Stop));
            Assert.Contains("AddReplicaSet(\"orders\"", refused.Message, StringComparison.Ordinal);
        }
    }

    private static async Task FailAsync(ShopContext context, string write, bool isAsync)
    {
        var stocks = context.Products.Where(product => product.Name == "cup");
        switch (write)
        {
            case "update":
                _ = isAsync
                    ? await stocks.ExecuteUpdateAsync(update => update.SetProperty(product => product.Stock, -1), Stop)
                    : stocks.ExecuteUpdate(update => update.SetProperty(product => product.Stock, -1));
                return;
            case "cancelled":
                await context.Database.OpenConnectionAsync(Stop);
                try
                {
                    await stocks.ExecuteDeleteAsync(new CancellationToken(canceled: true));
                }
                finally
                {
                    await context.Database.CloseConnectionAsync();
                }

                return;
            case "conflict":
                context.Entry(context.Products.Single()).Property(product => product.Version).OriginalValue = 7;
                context.Products.Local.Single().Stock = 1;
                break;
            default:
                context.Add(new Product { Name = "cup" });
                break;
        }

        _ = isAsync ? await context.SaveChangesAsync(Stop) : context.SaveChanges();
    }

    private ShopContext Context() =>
        new(new DbContextOptionsBuilder<ShopContext>().UseSqlite().UseReplicaSet(_set, ReplicaQueries.Untracked).AddInterceptors(_opened).Options);

    private void AssertOpened(string servers) => Assert.Equal(servers, _opened.Take());

    /// <summary>Tracks the queries that do not, and the other way round.</summary>
    private sealed class OppositeTracking : IQueryExpressionInterceptor
    {
        public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData) => Expression.Call(
            typeof(EntityFrameworkQueryableExtensions),
            queryExpression is MethodCallExpression { Method.Name: nameof(EntityFrameworkQueryableExtensions.AsNoTracking) }
                ? nameof(EntityFrameworkQueryableExtensions.AsTracking)
                : nameof(EntityFrameworkQueryableExtensions.AsNoTracking),
            queryExpression.Type.GenericTypeArguments,
            queryExpression);
    }
}
