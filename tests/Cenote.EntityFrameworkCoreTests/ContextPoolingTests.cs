using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Cenote.EntityFrameworkCoreTests;

/// <summary>Contexts that come from the application's services, pooled or made by a factory.</summary>
public sealed class ContextPoolingTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_pooled_context_keeps_no_connection_that_its_user_left_open(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        await using var services = Services(database, services => services.AddDbContextPool<ShopContext>(options => Configure(database, options), poolSize: 1));
        ShopContext? before = null;
        for (var i = 0; i < 3; i++)
        {
            using var scope = services.CreateScope();
            var context = scope.ServiceProvider.GetRequiredService<ShopContext>();
            Assert.Same(before ?? context, context);
            before = context;
            await context.Database.OpenConnectionAsync(Stop);
            await context.Database.BeginTransactionAsync(Stop);
            context.Add(new Product { Name = "cup" });
            await context.SaveChangesAsync(Stop);
            Assert.Single(database.Pool.GetLeases());
            scope.Dispose();
            Assert.Empty(database.Pool.GetLeases());
        }

        using (var scope = services.CreateScope())
        {
            Assert.Empty(await scope.ServiceProvider.GetRequiredService<ShopContext>().Products.ToListAsync(Stop));
        }

        Assert.Equal(1, database.Pool.GetStatistics().ConnectionsOpened);
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_pooled_context_keeps_no_connection_that_was_opened_behind_its_back(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var services = Services(database, services => services.AddDbContextPool<ShopContext>(options => Configure(database, options), poolSize: 1));
        for (var i = 0; i < 2; i++)
        {
            await using (var scope = services.CreateAsyncScope())
            {
                await scope.ServiceProvider.GetRequiredService<ShopContext>().Database.GetDbConnection().OpenAsync(Stop);
            }

            Assert.Empty(database.Pool.GetLeases());
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_pooled_context_keeps_no_connection_whose_opening_an_interceptor_has_failed(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var services = Services(database, services => services.AddDbContextPool<ShopContext>(
            options =>
            {
                Configure(database, options);
                options.AddInterceptors(new Refusal());
            },
            poolSize: 1));
        await using (var scope = services.CreateAsyncScope())
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => scope.ServiceProvider.GetRequiredService<ShopContext>().Products.ToListAsync(Stop));
        }

        Assert.Empty(database.Pool.GetLeases());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Contexts_of_a_factory_share_the_pool(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 2);
        await using var services = Services(database, services => services.AddPooledDbContextFactory<ShopContext>(options => Configure(database, options)));
        var factory = services.GetRequiredService<IDbContextFactory<ShopContext>>();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(
            async () =>
            {
                await using var context = await factory.CreateDbContextAsync(Stop);
                context.Add(new Product { Name = "cup " + i });
                await context.SaveChangesAsync(Stop);
            },
            Stop)));

        await using (var context = await factory.CreateDbContextAsync(Stop))
        {
            Assert.Equal(20, await context.Products.CountAsync(Stop));
        }

        Assert.InRange(database.Pool.GetStatistics().ConnectionsOpened, 1, 2);
        await database.AssertAllReturnedAsync();
    }

    [Fact]
    public async Task A_name_finds_the_keyed_pool_or_that_of_the_registry_and_no_name_the_default()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var keyed = database.NewPool(options => options.Name = "keyed");
        await using var registered = database.NewPool(options => options.Name = "registered");
        await using var registry = new PoolRegistry();
        registry.Register(registered);
        await using var services = Services(database, services => services
            .AddKeyedSingleton("keyed", keyed).AddSingleton(registry).AddSingleton(database.Pool));

        Assert.Same(keyed, PoolOf(database.Plainly().UseConnectionPool("keyed")));
        Assert.Same(registered, PoolOf(database.Plainly().UseConnectionPool("registered")));
        Assert.Same(database.Pool, PoolOf(database.Plainly().UseConnectionPool()));
        var missing = Assert.Throws<InvalidOperationException>(() => PoolOf(database.Plainly().UseConnectionPool("Keyed")));
        Assert.Contains("'Keyed'", missing.Message, StringComparison.Ordinal);

        ConnectionPool PoolOf(DbContextOptionsBuilder<ShopContext> options)
        {
            using var context = new ShopContext(options.UseApplicationServiceProvider(services).Options);
            return context.Database.GetPooledConnection().Pool;
        }
    }

    [Fact]
    public async Task Pools_share_the_services_that_EF_Core_builds_however_many_there_are()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        for (var i = 0; i < 30; i++)
        {
            // EF Core warns of the twentieth set of services, and the warning is an error here.
            await using var pool = database.NewPool(options => options.Name = "tenant " + i);
            var options = database.Plainly().UseConnectionPool(pool)
                .ConfigureWarnings(warnings => warnings.Throw(Microsoft.EntityFrameworkCore.Diagnostics.CoreEventId.ManyServiceProvidersCreatedWarning));
            await using var context = new ShopContext(options.Options);
            Assert.Empty(await context.Products.ToListAsync(Stop));
            Assert.Equal(1, pool.GetStatistics().Rents);
        }
    }

    private static void Configure(TestDatabase database, DbContextOptionsBuilder options) => database.Choose(options).UseConnectionPool("shop");

    private static ServiceProvider Services(TestDatabase database, Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection().AddKeyedSingleton("shop", database.Pool);
        configure(services);
        return services.BuildServiceProvider();
    }

    private sealed class Refusal : DbConnectionInterceptor
    {
        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
